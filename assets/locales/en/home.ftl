# The start page of visitors.

home-title = Recurring e-mail you host yourself
home-promise = Keep your recipients, write a message, set when it goes out: once, daily, weekly or monthly. Periodical sends it on time and keeps a record of who got it and who did not.
home-register = Create an account
home-sign-in = Sign in
home-step-recipients = Add recipients
home-step-recipients-text = The people you write to: address, name, a comment for yourself.
home-step-message = Write a message
home-step-message-text = A subject and a body. Every mail carries a plain-text part as well.
home-step-mailing = Set a mailing
home-step-mailing-text = Message, recipients, first send, end and period, in your time zone. It starts by itself.
