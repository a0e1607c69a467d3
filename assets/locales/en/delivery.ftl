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
