# Users as managers see them.

management-title = Users
management-subtitle = Everybody with an account.
management-older = Older
management-filter = Filter
management-search = Search users
management-search-placeholder = Address or name
management-every-status = Every status
management-nobody = Nobody found
management-nobody-advice = No user has this in their address or name, and this status.

management-user = User
management-status = Status
management-roles = Roles
management-mailings = Mailings
management-last-sign-in = Last sign-in
management-last-sign-in-zone = Last sign-in ({ $zone })
management-never = never
management-no-role = User
management-registered = Registered
management-blocked-since = Blocked
management-two-factor = Two-factor sign-in
management-two-factor-on = on
management-two-factor-off = off

management-active = active
management-unconfirmed = unconfirmed
management-blocked = blocked

management-audit = What was done
management-edit = Edit the account
management-blocked-alert = Blocked:
management-no-reason = no reason is on record

management-block-title = Block this user
management-blocked-title = Blocked
management-block = Block
management-block-hint = They read it when they try to sign in. They are signed out everywhere at once, and their mailings rest.
management-unblock = Unblock
management-unblock-hint = Nothing of theirs goes out. Unblocked, their mailings go on with their next moments. What fell due meanwhile stays unsent, but for first runs whose end has not come: those go out at once.
management-was-blocked = Blocked: signed out everywhere, and nothing of theirs goes out.
management-was-unblocked = Unblocked. Their mailings go on with their next moments.
management-not-yourself = Nobody can block themselves.
management-not-a-colleague = Only an administrator can block or unblock managers and administrators.

management-mailing = Name
management-goes-out = Goes out
management-next-run = Next run
management-no-mailings = No mailings yet
management-no-mailings-advice = Those they make appear here.
