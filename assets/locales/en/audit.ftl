# The record of what managers, editors and administrators did.

audit-title = Audit trail
audit-subtitle = What managers, editors and administrators did, and which API tokens and webhooks were made. Entries outlive the accounts they name.
audit-older = Older
audit-filter = Filter
audit-when = When
audit-when-zone = When ({ $zone })
audit-who = Who
audit-what = What
audit-to-whom = To whom
audit-why = Why and how
audit-everything = Everything
audit-nothing = Nothing here
audit-nothing-advice = Nothing was done that this looks for.
audit-shell = shell

audit-block-user = Blocked a user
audit-unblock-user = Unblocked a user
audit-disable-mailing = Disabled a mailing
audit-enable-mailing = Enabled a mailing
audit-create-user = Created an account
audit-edit-user = Edited an account
audit-change-roles = Changed roles
audit-set-password = Set a password
audit-switch-off-two-factor = Switched off two-factor sign-in
audit-end-sessions = Ended sessions
audit-delete-user = Deleted an account
audit-test-mail = Sent a test mail
audit-create-post = Created a post
audit-schedule-post = Scheduled a post
audit-publish-post = Published a post
audit-unpublish-post = Unpublished a post
audit-delete-post = Deleted a post
audit-create-token = Made a token
audit-revoke-token = Revoked a token
audit-create-webhook = Made a webhook
audit-readdress-webhook = Gave a webhook another address
audit-delete-webhook = Deleted a webhook

audit-email-changed = E-mail from { $from } to { $to }
audit-name-changed = Name from { $from } to { $to }
audit-roles-given = Given: { $roles }
audit-roles-taken = Taken: { $roles }
audit-sessions-ended = All sessions were ended
audit-published-at = To be published { $moment }
audit-token = “{ $name }”: { $scopes }
audit-webhook = At { $host }
audit-tested-address = To { $email }
audit-test-sent = The server took it: { $answer }
audit-test-failed = It did not get out: { $answer }

audit-reason = Reason
audit-reason-missing = Please say why; whom it concerns will read it.
