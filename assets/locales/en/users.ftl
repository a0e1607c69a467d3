# People, signing in, and the accounts' shell.

users-urge = Your account can act on the accounts and mailings of others, and a password alone protects it.
users-urge-link = Switch two-factor sign-in on
users-menu-users = Users
users-menu-mailings = Everybody’s mailings
users-menu-accounts = Accounts
users-menu-audit = Audit trail
