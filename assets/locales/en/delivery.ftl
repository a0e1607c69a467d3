# What becomes of a delivery, in a word.

delivery-waiting = waiting
delivery-sent = sent
delivery-failed = failed
delivery-unknown = unknown
delivery-skipped = skipped

# What Periodical itself remarks on a delivery or a hold. Servers' own words follow untranslated.

delivery-refused-before = Skipped: this address was refused before: { $reply }
delivery-recipient-deleted = Skipped: the recipient was deleted before this was sent.
delivery-unsubscribed = Skipped: unsubscribed.
delivery-unsubscribed-since = Skipped: unsubscribed before this was sent.
delivery-stopped = Skipped: the mailing was stopped before this was sent.
delivery-given-up = { $tries ->
    [one] { $said } (given up after { $tries } try)
   *[other] { $said } (given up after { $tries } tries)
}
delivery-holder-died = Whoever had this mail in hand died before its outcome was known; this mailing does not repeat such mails.
delivery-process-died = The process died between the message's last byte and the server's reply.
delivery-broke-off = Sending this mail broke off within Periodical.
delivery-unmade = The mail could not be made: { $why }
delivery-unmade-message = The message cannot be made into a mail: { $why }
delivery-nobody = There was nobody to send to.
delivery-journal-unwritable = The delivery journal in DATA_DIR cannot be written: { $why }
delivery-silent-server = The mail server takes no message to its end: { $said }

# Trouble between Periodical and the mail server.

delivery-no-connection = cannot connect to { $server }: { $why }
delivery-no-tls = no encrypted connection to { $server }: { $why }
delivery-not-taken = the server does not take us: { $reply }
delivery-login-refused = the server refuses the login: { $reply }
delivery-no-starttls = the server does not offer STARTTLS, and TLS is required
delivery-password-unsafe = the password is not sent without TLS and a valid certificate
delivery-no-login = the server offers neither AUTH PLAIN nor AUTH LOGIN, but there is a password to send
delivery-broken-off = broken off before the message was through: { $why }
delivery-no-reply = no reply after the message: { $why }

# What a refusal means, and what can be done about it.

delivery-means-address-unknown = Address unknown
delivery-means-address-unknown-advice = There is no such mailbox. Correct the address or delete the recipient.
delivery-means-mailbox-full = Mailbox full
delivery-means-mailbox-full-advice = Try again in some days.
delivery-means-mailbox-closed = Mailbox closed
delivery-means-mailbox-closed-advice = It exists and takes no mail. Ask the recipient for another address.
delivery-means-too-large = Message too large
delivery-means-too-large-advice = Make the message smaller and send it again.
delivery-means-spam = Refused as spam
delivery-means-spam-advice = The message or the sender looks suspicious to them. Change the message, and ask whether these recipients expect it.
delivery-means-listed = Sender is on a block list
delivery-means-listed-advice = The sending server has a bad name there. Its operator has to get it off the list.
delivery-means-unauthenticated = Sender not authenticated
delivery-means-unauthenticated-advice = SPF, DKIM or DMARC of the sender's domain are missing or wrong. Its operator has to set them up.
delivery-means-policy = Refused by the server's rules
delivery-means-policy-advice = The server's words say why, if anything does.
delivery-means-content = Message not accepted as it is
delivery-means-content-advice = The server objects to the message's form or content.
delivery-means-later = Put off
delivery-means-later-advice = The server asked to come again later.
delivery-means-refused = Refused
delivery-means-refused-advice = The server gave no reason that is known here; its words may.
delivery-means-no-answer = No answer
delivery-means-no-answer-advice = The conversation with the server broke off.
delivery-means-not-tried = Not tried
delivery-means-not-tried-advice = Nothing was sent to these recipients.
delivery-means-ours = A fault on this side
delivery-means-ours-advice = Periodical itself could not send this; the recipient is not to blame.
delivery-means-refused-before = Address refused before
delivery-means-refused-before-advice = A mail server has said that it does not exist. Correct it, and it is tried again.
delivery-means-unsubscribed = Unsubscribed
delivery-means-unsubscribed-advice = They want no more mail from you.
