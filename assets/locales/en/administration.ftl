# Accounts in the hands of administrators.

administration-title = Accounts
administration-subtitle = Made, changed and deleted here; so are roles.
administration-new = New account
administration-new-subtitle = Its owner gets a mail with a link to choose a password.
administration-make = Make the account
administration-save = Save
administration-made = The account was made. { $email } gets a mail with a link to choose a password.
administration-saved = Saved.

administration-email = E-mail
administration-name = Name
administration-roles = Roles
administration-roles-hint = What each may do stands in the table below; everybody may work with what is their own.
administration-no-such-role = There is no role “{ $name }”; tick those you mean again.
administration-address-taken = There is an account of this address already.
administration-address-of-another = There is another account of this address.
administration-last-admin = This is the last administrator; make somebody else one first.
administration-own-address = Your own address is changed under “Your account”, with your password.
administration-other-address = Another address is told to the old one and the new one.
administration-facts = Facts, mailings, block

administration-changed-meanwhile = This account was changed meanwhile.
administration-stored-now = Stored now: { $email }, { $name }, { $roles }. Saving again replaces that with what stands below.
administration-no-roles = no roles

administration-signing-in = Signing in
administration-two-factor-hint = Whoever has lost the second factor and the recovery codes gets in with the password alone once it is off.
administration-two-factor-is-off = Two-factor sign-in is off.
administration-two-factor-switch-off = Switch off two-factor sign-in
administration-two-factor-was-switched-off = Two-factor sign-in is off; the password alone signs in.
administration-own-two-factor = Your own two-factor sign-in is switched off under “Your account”, with your password and a code.
administration-sessions-hint = Ends every session of this account, on every device.
administration-sessions-end = Sign out everywhere
administration-sessions-ended = Signed out everywhere.

administration-rights = What the roles may do
administration-right = Right
administration-yes = yes

administration-delete-title = Delete this account
administration-delete-consequence = With it go { $recipients }, { $messages }, { $mailings } and { $attempts } with every delivery on record. What runs is stopped. There is no way back.
administration-messages = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
administration-mailings = { $count ->
    [one] { $count } mailing
   *[other] { $count } mailings
}
administration-attempts = { $count ->
    [one] { $count } attempt
   *[other] { $count } attempts
}
administration-delete-confirm = Type the address to confirm
administration-delete-other-address = This is not the address of the account.
administration-delete = Delete the account
administration-delete-own = Your own account is deleted under “Your account”, with your password.
administration-deleted = The account of { $email } is closed; what was theirs is being deleted.
