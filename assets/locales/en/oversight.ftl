# Everybody's mailings and attempts, as managers see them.

oversight-title = Everybody’s mailings
oversight-subtitle = To look at, and to disable; their owners alone change and start them.
oversight-older = Older
oversight-filter = Filter
oversight-search = Search mailings
oversight-search-placeholder = Name or owner
oversight-state = State
oversight-every-state = Every state
oversight-nothing = Nothing found
oversight-nothing-advice = No mailing has this in its name or its owner’s address, and this state.

oversight-name = Name
oversight-owner = Owner
oversight-status = Status
oversight-goes-out = Goes out
oversight-next-run = Next run
oversight-owner-blocked = owner blocked
oversight-not-while-blocked = not while blocked

oversight-disable-title = Disable this mailing
oversight-disabled-title = Disabled
oversight-disable = Disable
oversight-disable-hint = The owner reads it on the mailing and in a mail. Nothing of it goes out until it is enabled again.
oversight-enable = Enable
oversight-enable-hint = Nothing of it goes out. Enabled, it goes on with its next moment. What fell due meanwhile stays unsent, but for a first run whose end has not come: that goes out at once.
oversight-was-disabled = Disabled. The owner is told by mail.
oversight-was-enabled = Enabled. The owner is told by mail.

# Mails to the owner

oversight-mail-greeting = Hello { $name },
oversight-mail-disabled = Your mailing was disabled
oversight-mail-disabled-before = a manager has disabled your mailing “{ $mailing }”. The reason given:
oversight-mail-disabled-after = Nothing of it goes out until a manager enables it again. This is the mailing:
oversight-mail-enabled = Your mailing was enabled
oversight-mail-enabled-before = a manager has enabled your mailing “{ $mailing }” again.
oversight-mail-paused = It is paused, so nothing goes out before you resume it.
oversight-mail-over = No run of it is left.
oversight-mail-goes-on = It goes on; its page shows when it goes out next.

# Somebody else's attempt

oversight-attempt-title = { $mailing }: attempt { $id }
oversight-attempt-owner = Of { $name }, { $email }
oversight-to-first-attempt = To the first attempt
oversight-to-mailing = To the mailing
oversight-answers = What servers said to those who did not get it
oversight-delivery-state = State
oversight-code = Code
oversight-answer = Server’s answer
oversight-deliveries = Deliveries
oversight-no-answers = Nothing of that kind
oversight-no-answers-advice = Everybody it was sent to has got it so far.
oversight-answers-left-out = { $count ->
    [one] Rarer answers, to { $count } delivery in all, are left out.
   *[other] Rarer answers, to { $count } deliveries in all, are left out.
}
oversight-answers-looked-at = { $count ->
    [one] Only { $count } delivery was looked at.
   *[other] Only { $count } deliveries were looked at.
}
