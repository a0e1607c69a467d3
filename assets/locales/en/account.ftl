# One's own account.

account-title = Your account
account-tab-profile = Profile
account-tab-email = E-mail
account-tab-password = Password
account-tab-two-factor = Two-factor sign-in
account-tab-sessions = Sessions
account-tab-tokens = API tokens
account-tab-webhooks = Webhooks
account-tab-delete = Delete account
account-back = Back to your account
account-to = To your account

# Profile

account-name-hint = Recipients see it when they answer a mail.
account-language = Language
account-language-hint = Of these pages, and of the mails you get from here.
account-language-browser = As the browser asks
account-zone = Time zone
account-zone-hint = New mailings begin with it, and the moments of your account and of other users are shown in it.
account-zone-now = New mailings begin with it, and the moments of your account and of other users are shown in it. It is { $time } there now.
account-zone-none = Not chosen
account-notify = Mails about attempts
account-notify-hint = When a mailing has gone out, or the mail server holds it up for over an hour.
account-notify-problems = Only when something went wrong
account-notify-always = About every attempt
account-notify-never = Never
account-save = Save
account-saved = Saved.
account-bad-language = Choose one of the list.
account-bad-zone = Choose a time zone from the list.

# Password

account-present-password = Present password
account-password-hint = At least { $min } characters. Every other browser is signed out, and your API tokens end.
account-change-password = Change password
account-password-changed = Your password is changed. Every other browser was signed out.
account-wrong-password = This is not your password.

# E-mail

account-email-present = Your address is { $email }. It stays so until the link in a mail to the new one is opened.
account-email-new = New e-mail
account-email-submit = Send the link
account-email-same = This is your address already.
account-email-sent = We have written to { $new }. Open the link in that mail within 24 hours; until then your address stays { $present }, which is told as well.
account-email-confirm-title = Confirm your new address
account-email-confirm = From now on you sign in with { $email }.
account-email-confirm-submit = Confirm
account-email-changed-title = Your address is changed
account-email-changed = Your account has the address { $email } now.
account-email-taken-title = This address has another account
account-email-taken = It was taken after you had asked for it. Nothing was changed: sign in with the address you have.
account-email-other = Choose another address
account-email-bad-link = It may have been used, have expired (they last 24 hours), been replaced by a later one, or been cut short on its way. A change of password ends it as well.
account-email-again = Ask for a new link

# Sessions

account-sessions-hint = The browsers you are signed in with. A session ends a week after its last use, and 30 days after signing in.
account-sessions-end-others = Sign out all others
account-session-browser = Browser
account-session-since = Signed in
account-session-seen = Last seen
account-session-acts = Actions
account-session-own = This one
account-session-end-own = Sign out here
account-session-end = Sign out
account-session-ended = That browser was signed out.
account-session-ended-before = That browser is signed out already.
account-sessions-ended = { $count ->
    [0] There was no other browser.
    [one] One browser was signed out.
   *[other] { $count } browsers were signed out.
}
account-agent = { $browser } on { $system }
account-agent-unknown = An unknown browser
account-agent-unknown-on = An unknown browser on { $system }

# Deletion

account-delete-title = What goes with your account
account-delete-recipients = { $count ->
    [one] { $count } recipient
   *[other] { $count } recipients
}
account-delete-messages = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
account-delete-mailings = { $count ->
    [one] { $count } mailing
   *[other] { $count } mailings
}
account-delete-attempts = { $count ->
    [one] { $count } attempt, with the record of every delivery
   *[other] { $count } attempts, with the record of every delivery
}
account-delete-running = { $count ->
    [one] { $count } attempt is running now. Mails on their way are finished, nothing more is sent.
   *[other] { $count } attempts are running now. Mails on their way are finished, nothing more is sent.
}
account-delete-last-admin = You are the last administrator: without you nobody could give roles. Make somebody else one first.
account-delete-final = None of it can be had back.
account-delete-submit = Delete my account
account-deleted-title = Your account is deleted
account-deleted = You are signed out everywhere, and what was yours is being deleted. A mail tells you so, the last one.

# Two-factor sign-in

account-factor-state = Two-factor sign-in is { $state }
account-factor-off = off
account-factor-on = on
account-factor-why = With it, signing in takes your password and a code that an authenticator on your phone shows: whoever gets hold of your password alone gets no further.
account-factor-apps = You need an app for one-time codes, such as Aegis, FreeOTP, Google Authenticator, or your password manager.
account-factor-start = Set it up
account-factor-set-up = Set up your authenticator
account-factor-scan = Scan this with the app, or type the key into it.
account-factor-key = Key: { $key }
account-factor-type = Type the code that it shows. From then on it is asked for when you sign in; until then nothing is on, and you may leave this page.
account-factor-switch-on = Switch on
account-factor-qr = QR code for your authenticator
account-factor-wrong = This is not the code that your authenticator shows now. Is its clock right?
account-factor-on-before = Two-factor sign-in is on already. If you have not kept the recovery codes, make new ones below.
account-factor-overdue = That took too long, or was done in another tab. Begin again.
account-factor-how = Signing in takes your password and a code of your authenticator, or one of your recovery codes.
account-factor-code-hint = Of your authenticator, or a recovery code.
account-factor-end = Switch it off
account-factor-end-hint = Your password alone is enough then.
account-factor-switch-off = Switch off
account-factor-ended = Two-factor sign-in is off. Your password alone is enough now.
account-codes-left = Recovery codes: { $left } left
account-codes-few = Make new ones before you need them.
account-codes-hint = Each signs you in once without your authenticator. New ones replace all earlier ones.
account-codes-new = Make new codes
account-codes-on = Two-factor sign-in is on.
account-codes-title = Your recovery codes
account-codes-keep = Each signs you in once, if you have lost your authenticator. Print this page or copy them to a safe place: they are not shown again.
account-codes-kept = I have kept them
