# Where mail is handed in, and trying it out.

mail-server-menu = Mail server
mail-server-title = Mail server
mail-server-subtitle = Where mail goes, and whether it gets there. Settings are read at the start, from the environment or the file .env.

mail-server-where = Where mail goes
mail-server-none = No mail server is set up.
mail-server-none-caught = Every mail is caught and shown in the { $inbox }, and nobody receives anything.
mail-server-inbox = inbox
mail-server-none-why = That is right for looking around. To reach people, Periodical needs a mail server to hand its mail to; how to set one up stands below.
mail-server-host = Server
mail-server-port = Port
mail-server-tls = Encryption
mail-server-tls-none = none (?tls=none)
mail-server-tls-opportunistic = where the server offers it, by STARTTLS
mail-server-tls-required = always, by STARTTLS, with a valid certificate
mail-server-tls-implicit = from the first byte (smtps), with a valid certificate
mail-server-login = User name
mail-server-no-login = none: the server takes mail without a login
mail-server-password-hidden = The password is set and not shown.
mail-server-connections = Connections, at the most
mail-server-sender = Sender (MAIL_FROM)
mail-server-connect = Try the connection

mail-server-test = Send a test mail
mail-server-test-hint = It goes out at once, past all queues, and what the server answers is shown here word for word.
mail-server-to = To
mail-server-send = Send the test
mail-server-patience = A server that does not answer is given up after less than a minute.
mail-server-not-an-address = Mail cannot be sent to this address.

mail-server-connected = The connection works.
mail-server-connected-next = The server was reached and, where a login is set, has let us in. Whether it takes mail shows a test mail.
mail-server-not-connected = No connection: { $step }
mail-server-taken = The server has taken the mail to { $email }.
mail-server-not-taken = The mail to { $email } did not get out: { $step }
mail-server-reply = The server’s answer:
mail-server-no-reply = The server gave no answer to this. What happened:
mail-server-took = It took { $duration }.
mail-server-was-encrypted = The connection was encrypted.
mail-server-was-clear = The connection was not encrypted.

# How far it came
mail-server-step-connect = cannot connect
mail-server-step-greeting = not welcomed
mail-server-step-tls = no encryption
mail-server-step-login = login refused
mail-server-step-prepare = not possible there
mail-server-step-sender = sender refused
mail-server-step-recipient = recipient refused
mail-server-step-content = mail refused
mail-server-step-done = taken

# What to do next
mail-server-advice-connect = Is the server’s name spelled right, and the port (587, 465 or 25)? May this machine open connections to it? Many hosting companies block port 25; 587 and 465 mostly work.
mail-server-advice-greeting = Something answers there but does not let us begin. Port 465 belongs to smtps:// and port 587 to smtp://; a server may also refuse this machine’s address. If the answer above does not help, show it to whoever runs the server.
mail-server-advice-tls = Port 465 belongs to smtps:// and port 587 to smtp://. The certificate must be valid for the server’s name as it is written in SMTP_URL; a certificate authority of your own is named with SMTP_CA_FILE. A server on this very machine may do without: ?tls=none.
mail-server-advice-login = Check user name and password in SMTP_URL. Many providers want an app password instead of the mailbox’s own, or SMTP has to be switched on in the mailbox’s settings. Characters such as @ and : are written as %40 and %3A.
mail-server-advice-prepare = This server cannot be given this mail; the text above says what it lacks. Nothing was sent.
mail-server-advice-sender = The server does not let this account send as { $sender }. Set MAIL_FROM to an address that belongs to the account, or have the address or its domain confirmed by the provider.
mail-server-advice-recipient = Is the address right? If every address is refused, the server does not pass mail on for us: it wants a login in SMTP_URL, or to be told to trust this machine.
mail-server-advice-content = The server knows sender and recipient but does not want the mail: spam filters, limits of size or number, or a sending domain that is not confirmed. Its answer often has an address with more.
mail-server-advice-later = The server asks to come again later. Wait some minutes and repeat the test; mailings repeat such deliveries by themselves.
mail-server-advice-done = Now look into the mailbox, also among the spam. If it is not there after some minutes: the provider’s log says what became of it, and SPF, DKIM and DMARC of the sender’s domain decide whether others believe it.
mail-server-advice-caught = It stands in the inbox of this installation; nobody else has received it.

mail-server-tests = Last tests
mail-server-all-tests = All tests
mail-server-when = When
mail-server-outcome = Outcome
mail-server-answer = Answer
mail-server-by = By

# For those who set one up for the first time
mail-server-set-up = How to set up a mail server
mail-server-change = How to change it
mail-server-relay = Mail that leaves a computer at home or a fresh server directly is refused nearly everywhere. It is handed to a mail server that others know (a relay): that of your mailbox provider or your company, or a service for sending mail such as Amazon SES, Mailgun, Postmark or Brevo. You need its name, its port, and mostly a user name and a password.
mail-server-write = They are written into { $smtp_url }, and the sender’s address into { $mail_from }: in the environment, or as lines of the file { $file } in the folder that Periodical is started in. Then restart Periodical.
mail-server-example-implicit = Encrypted from the first byte, on port 465. The user name is anna@example.org, with its @ written as %40.
mail-server-example-starttls = Encrypted by STARTTLS on port 587; with a password nothing else is accepted.
mail-server-example-local = A server on this very machine, such as Postfix, which takes mail without a login.
mail-server-example-sender = The name and address that readers see; the server must let your account use it.
mail-server-escape = In the user name and the password, the characters { $characters } are written as { $escaped }. On the command line, { $check } says whether the server can be reached.

# The test mail
mail-server-mail-subject = A test mail from Periodical
mail-server-mail-works = If you read this, the mail server works.
mail-server-mail-asked = { $tester } has asked Periodical to send it. There is nothing to do.
