# The mail catcher's inbox, while no mail server is set up.

inbox-title = Inbox
inbox-subtitle = No mail server is set up, so every mail ends here instead of at its recipient. Set SMTP_URL to send for real.
inbox-empty = Empty the inbox
inbox-empty-question = Delete every mail here?
inbox-empty-consequence = Attempts and their records stay.
inbox-search = Search recipient and subject
inbox-caught = Caught mails
inbox-to = To
inbox-subject = Subject
inbox-received = Received
inbox-no-subject = (no subject)
inbox-nothing = No mail here
inbox-nothing-advice = Register, or start a mailing: what it sends appears here.
inbox-older = Older

inbox-envelope = To { $to }, from { $from }, { $moment }
inbox-source = Source
inbox-back = Back to the inbox
inbox-malformed = This is no well-formed mail; look at its source.
inbox-links = Links in this mail:
inbox-html = HTML
inbox-html-frame = The mail’s HTML
inbox-text = Text
