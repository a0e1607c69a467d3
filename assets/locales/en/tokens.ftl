# Personal tokens of the API.

tokens-new = New token
tokens-none = No tokens yet
tokens-none-hint = A program that works with your recipients, messages and mailings through the API shows a token instead of your password.
tokens-hint = Programs show a token instead of your password. A token may do no more than you, and ends by itself. When your password is changed or reset, all tokens end.
tokens-docs = What the API can do
tokens-name = Name
tokens-may = Permissions
tokens-until = Until
tokens-used = Last used
tokens-acts = Actions
tokens-made = made { $moment }
tokens-expired = Expired
tokens-revoked = Revoked
tokens-never-used = never

tokens-scope-read = read
tokens-scope-read-detail = See what you see: recipients, messages, mailings, attempts, figures.
tokens-scope-write = write
tokens-scope-write-detail = Create, change and delete recipients, messages and the like. It sets no mailing going, but those that go out carry its changes.
tokens-scope-send = send
tokens-scope-send-detail = Make mail go out: create, change and resume mailings, run them now, try again, send a test.

tokens-new-hint = None of the three permissions includes another. Tick what the program needs and no more.
tokens-name-hint = For you, to tell it from others: which program has it.
tokens-lasts = Lasts
tokens-lasts-hint = Make another before it ends.
tokens-days = { $days ->
    [one] { $days } day
   *[other] { $days } days
}
tokens-make = Make the token
tokens-no-scope = Tick at least one.
tokens-no-days = Choose one of the list.
tokens-too-many = You have { $max } tokens that work, which is as many as there can be. Revoke one that is not needed any more.

tokens-was-made = The token “{ $name }” is made.
tokens-yours = Your token
tokens-shown-once = Copy it now: it is shown this once. Nobody can show it to you again, so if it is lost, revoke it and make another.
tokens-may-until = Permissions: { $scopes }. It works until { $until }.
tokens-try = Try it, with the token in the variable TOKEN:
tokens-kept = I have copied it
tokens-made-before = This form has made its token already, and it was shown then. If you did not see it, revoke it and make another.
tokens-to-list = To your tokens

tokens-revoke = Revoke
tokens-revoke-question = Revoke “{ $name }”?
tokens-revoke-consequence = Programs that show it are refused from then on. It cannot be brought back.
tokens-was-revoked = The token “{ $name }” is worth nothing from now on.
tokens-ended-before = That token has ended already.
