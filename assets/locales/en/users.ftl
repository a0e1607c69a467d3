# People, signing in, the mails about accounts, and the accounts' menu.

users-urge = Your account can act on the accounts and mailings of others, and a password alone protects it.
users-urge-link = Switch two-factor sign-in on
users-menu-users = Users
users-menu-mailings = Everybody’s mailings
users-menu-accounts = Accounts
users-menu-audit = Audit trail

users-role-manager = Manager
users-role-editor = Editor
users-role-admin = Administrator

users-right-view-users = See the list of users
users-right-block-users = Block and unblock users, with a reason
users-right-view-mailings = See any mailing and its attempts, without recipients and message bodies
users-right-disable-mailings = Disable and enable any mailing, with a reason
users-right-edit-blog = Write and publish the blog
users-right-manage-users = Create, edit and delete users
users-right-give-roles = Give and take roles
users-right-read-audit = Read the record of what managers and administrators did
users-right-test-mail = See where mail goes, and send a test

# Fields

users-name = Your name
users-email = E-mail
users-password = Password
users-new-password = New password
users-code = Code
users-password-hint = At least { $min } characters.
users-password-too-short = Use at least { $min } characters; a few words in a row are easy to keep in mind.
users-password-too-long = Use at most { $max } characters.

# Registration and confirmation

users-register = Register
users-register-title = Create your account
users-register-email-hint = We send you a link to confirm it.
users-register-submit = Create account
users-have-account = You have an account? { $link }
users-sign-in = Sign in

users-confirm-title = Confirm your address
users-mailbox-title = Look into your mailbox
users-mailbox-confirm = We have written to { $email }. Open the link in that mail within 24 hours, then sign in.
users-mailbox-nothing = Nothing there after a few minutes? Look among the spam, or { $link }.
users-mailbox-again = have it sent again
users-caught = No mail server is set up yet, so the mail was caught: find it in the { $link }.
users-caught-link = inbox

users-bad-link-title = This link does not work
users-bad-link = It may have expired (they last 24 hours), been replaced by a later one, or been cut short on its way.
users-bad-link-again = Send me a new link
users-choose-title = Choose your password
users-choose = With it your address is confirmed and your account active.
users-choose-hint = At least { $min } characters. If you chose one before, this replaces it.
users-choose-submit = Confirm
users-confirmed-before-title = Confirmed already
users-confirmed-before = This link has done its work before. Your account is active.
users-confirmed = Your address is confirmed. Sign in with the password you chose.
users-resend-title = Send the link again
users-resend = The address you registered with:
users-resend-submit = Send

# A forgotten password

users-forgot-title = Forgotten your password?
users-forgot = We send you a link to choose a new one.
users-forgot-submit = Send me a link
users-forgot-page = Forgotten password
users-reset-sent = If { $email } has an account, we have written to it. Open the link in that mail within an hour.
users-reset-nothing = Nothing there after a few minutes? Look among the spam, or whether you have { $link }.
users-reset-typed = typed the right address
users-bad-reset-link = It may have been used, have expired (they last an hour), been replaced by a later one, or been cut short on its way.
users-reset-title = Choose a new password
users-reset-hint = You are signed out everywhere with it, and your API tokens end.
users-reset-submit = Change password
users-reset-done = Your password is changed, and you were signed out everywhere. Sign in with the new one.

# Signing in

users-sign-in-title = Sign in
users-no-account = No account yet? { $link }
users-no-mail = No mail to confirm your address? { $link }
users-no-mail-link = Have it sent again
users-wrong = This address and password do not belong together.
users-unsaved = You were signed out, so nothing was saved. Sign in, then go back to your form: most browsers still have what you typed.
users-overdue = That took too long. Sign in once more.
users-unverified = Your address is not confirmed yet: open the link in the mail we sent you, or { $link }.
users-blocked = This account is blocked. Whoever runs this service can say why.
users-blocked-reason = This account is blocked. The reason given: { $reason }

# The second factor

users-code-title = Enter your code
users-code-hint = The six digits that your authenticator shows for Periodical.
users-code-lost = Without your authenticator: one of your recovery codes.
users-code-again = Start again
users-code-none = Type the six digits that your authenticator shows, or one of your recovery codes.
users-code-wrong = This code is wrong, or was used before. Wait for the next one and type that.
users-code-wrong-recovery = This recovery code is wrong, or was used before. Take another one.
users-code-changed = Your account has changed meanwhile. Sign in once more.
users-code-too-many = That were too many wrong codes. Sign in once more.
users-code-recovery-used = { $left ->
    [0] You have used your last recovery code. Make new ones on your account’s page.
    [one] You have used a recovery code; { $left } is left. Make new ones on your account’s page before they run out.
   *[other] You have used a recovery code; { $left } are left. Make new ones on your account’s page before they run out.
}

# Mails about the account

users-mail-greeting = Hello,
users-mail-greeting-name = Hello { $name },

users-mail-verification = Confirm your address
users-mail-verification-before = somebody, probably you, has registered this address at Periodical. To confirm that it is yours, open this link within 24 hours:
users-mail-verification-after = If it was not you, do nothing: without the link the account stays inactive.

users-mail-registered = You have an account already
users-mail-registered-before = somebody, probably you, has tried to register this address at Periodical. It has an account already. Sign in with the password you chose then:
users-mail-registered-after = If it was not you, there is nothing to do.

users-mail-reset = Choose a new password
users-mail-reset-before = somebody, probably you, has forgotten the password of your account at Periodical. To choose a new one, open this link within an hour:
users-mail-reset-after = If it was not you, do nothing: your password stays as it is.

users-mail-password = Your password was changed
users-mail-password-before = the password of your account at Periodical was changed, and other browsers were signed out. If it was not you, choose another one here:
users-mail-password-after = If it was you, there is nothing to do.

users-mail-recovery = A recovery code was used
users-mail-recovery-before = { $left ->
    [0] somebody, probably you, has signed in to your account at Periodical with a recovery code. It was the last one; new ones are made here:
    [one] somebody, probably you, has signed in to your account at Periodical with a recovery code. { $left } of them is left; new ones are made here:
   *[other] somebody, probably you, has signed in to your account at Periodical with a recovery code. { $left } of them are left; new ones are made here:
}
users-mail-recovery-after = If it was not you, somebody has your password and your codes: change both.

users-mail-factor-on = Two-factor sign-in is on
users-mail-factor-on-before = from now on, signing in to your account at Periodical takes a code of your authenticator as well.
users-mail-factor-on-after = If it was not you, somebody has your password. Ask whoever runs this service for help.

users-mail-factor-off = Two-factor sign-in is off
users-mail-factor-off-before = from now on, the password alone is enough to sign in to your account at Periodical.
users-mail-factor-off-after = If it was not you, change your password and switch it on again.

users-mail-token = A token was made for your account
users-mail-token-before = a program that has the new token “{ $token }” can use your account at Periodical from now on. Your tokens are listed here:
users-mail-token-after = If it was not you, revoke it there and change your password.

users-mail-webhook = A webhook of yours has a new address
users-mail-webhook-before = a webhook of yours leads to { $host } now: what happens with your mailings and recipients is told there. Your webhooks are listed here:
users-mail-webhook-after = If it was not you, delete it there and change your password.

users-mail-change = Confirm your new address
users-mail-change-before = this is to become the address of an account at Periodical. To confirm that it is yours, open this link within 24 hours:
users-mail-change-after = If you have asked for no such thing, do nothing: nothing changes without the link.

users-mail-asked = A change of your address was asked for
users-mail-asked-before = somebody, probably you, wants your account at Periodical to have the address { $email } instead of this one. It changes when the link in the mail to that address is opened. If it was not you, change your password now, and that link is dead:
users-mail-asked-after = If it was you, there is nothing to do.

users-mail-changed = Your address was changed
users-mail-changed-before = your account at Periodical has another address now, which was confirmed. Nothing is sent to this one any more.
users-mail-changed-after = If it was not you, ask whoever runs this service for help.

users-mail-deleted = Your account was deleted
users-mail-deleted-before = your account at Periodical is closed, and everything in it is being deleted: recipients, messages, mailings and the record of what was sent. What was running was stopped.
users-mail-deleted-after = This is the last mail to this address.

users-mail-invitation = Your account at Periodical
users-mail-invitation-before = an administrator has made an account for you at Periodical. To confirm your address and choose a password, open this link within 24 hours:
users-mail-invitation-after = If you want no account, do nothing: without the link it stays inactive.

users-mail-taken-out-before = an administrator has given your account at Periodical another address. This one no longer signs in, and nothing is sent to it any more.
users-mail-taken-out-after = If you did not ask for that, write to whoever runs this service.

users-mail-put-in-before = an administrator has made this the address of your account at Periodical. Sign in with it, and with the password you have:
users-mail-put-in-after = If you have no account there, write to whoever runs this service.

# The first start

users-setup-title = Welcome to Periodical
users-setup = Nobody has an account here yet. Make yours: it is the administrator’s, and you are signed in at once.
users-setup-email-hint = You sign in with it.
users-setup-submit = Create the administrator’s account
users-setup-code = Setup code
users-setup-code-hint = It stands in the server’s log, where it says at its start how to set the site up.
users-setup-wrong-code = This is not the code that the server’s log shows.
users-setup-done = Your account is ready, and you are this site’s administrator.
