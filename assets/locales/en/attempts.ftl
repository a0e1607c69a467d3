attempts-title = Attempts
attempts-title-of = { $mailing }: attempt { $id }
attempts-subtitle = Every run of your mailings, and what became of it.
attempts-of-owner = Every run of a mailing of { $name }, { $email }.
attempts-empty = Nothing has gone out yet
attempts-empty-detail = Each run of a mailing appears here.
attempts-to-mailings = To the mailings
attempts-to-mailing = To the mailing
attempts-to-first = To the first attempt
attempts-older = Older
attempts-next = Next

attempts-mailing = Mailing
attempts-started = Started
attempts-status = Status
attempts-progress = Progress
attempts-sent = Sent
attempts-not-sent = Not sent
attempts-last-reply = Last reply

# Where an attempt stands, in a word.
attempts-running = running
attempts-stopped = stopped
attempts-held = waiting
attempts-succeeded = succeeded
attempts-partial = partly failed
attempts-failed = failed

# Where it came from.
attempts-scheduled = Scheduled for { $when }
attempts-by-hand = Started by hand { $when }
attempts-repeated = Repeated for those who did not get it, { $when }

# While it runs.
attempts-subject = “{ $subject }”
attempts-last-reply-was = The mail server's last reply: { $reply }
attempts-newest = Newest deliveries
attempts-held-explained = Waiting for the mail server; nobody has been failed for this.
attempts-held-until = Next try: { $clock } ({ $zone }).
attempts-stopped-explained = The mailing is stopped. The rest goes out when it is resumed.
attempts-finished = Finished { $when }, after { $duration }.

# What can be done about those who did not get it.
attempts-repeat-stopped = The mailing is paused or disabled: nobody can be sent to before that is over.
attempts-repeat-rule = Whoever has got this message, or may have, does not get it again.
attempts-repeat-failed = { $count ->
    [one] Send again to the one who failed
   *[other] Send again to the { $count } who failed
}
attempts-repeat-failed-and-more = Send again to the { $count } and more who failed
attempts-repeat-missing = Send to all who have not got it

# Its deliveries.
attempts-deliveries = Deliveries
attempts-recipient = Recipient
attempts-state = State
attempts-every-state = Every state
attempts-tries = Tries
attempts-reply = Server's reply
attempts-when = When
attempts-when-in = When ({ $zone })
attempts-again-at = again at { $clock }
attempts-search-hint = Address, name or reply
attempts-search-deliveries = Search deliveries
attempts-filter = Filter
attempts-no-deliveries = Nothing here
attempts-no-deliveries-detail = No delivery of this attempt has this state and text.

# Why nothing was started.
attempts-refused-running = This attempt is still running; a new one can start when it has finished.
attempts-refused-paused = The mailing is paused. Resume it first.
attempts-refused-stopped = The mailing was stopped for good. Clone it to send it again.
attempts-refused-disabled = A manager has disabled this mailing, so it cannot be started.
attempts-refused-disabled-because = A manager has disabled this mailing, so it cannot be started. The reason given: { $reason }
attempts-refused-blocked = Your account is blocked, so nothing of yours can be started.
attempts-refused-file = This attempt cannot be repeated: a file that went with it was removed from its message and is no longer kept.
attempts-refused-ended = The mailing's end has passed. Edit it and choose a later end first.
attempts-nobody-to-send-to = There is nobody to send to: the mailing has no recipients who can be reached.
attempts-nobody-missing = Everybody whom this mailing is for, and who can be reached, has got this message.
attempts-nobody-failed = Nobody is left to try again: those who failed have got this message since, or were deleted.

# Its figures; every recipient is counted in one of them.
attempts-figure-sent = Accepted by the mail server
attempts-figure-failed = Failed for good
attempts-figure-unknown = Outcome unknown
attempts-figure-skipped = Not tried
attempts-figure-waiting = Waiting
attempts-sum = { $sum } = { $recipients }

# Its pace.
attempts-rate = Rate
attempts-per-second = { $count } a second
attempts-per-minute = { $count } a minute
attempts-time-left = Time left
attempts-left-moment = less than a minute
attempts-left-minutes = about { $count } min
attempts-left-longer = about { $time }
attempts-elapsed = Elapsed
attempts-stands-still = { $count ->
    [one] Nothing goes out at the moment: { $count } recipient waits for another try, at { $clock }.
   *[other] Nothing goes out at the moment: { $count } recipients wait for another try, the next one at { $clock }.
}

# Who did not get it, by what the mail servers said.
attempts-answers = Who did not get it, and why
attempts-answer-means = What it means
attempts-answer-said = Server's answer
attempts-answer-show = { $count ->
    [one] Show this delivery
   *[other] Show these { $count } deliveries
}
attempts-answers-others = { $count ->
    [one] { $count } more delivery has another answer, or was not counted yet.
   *[other] { $count } more deliveries have other answers, or were not counted yet.
}
attempts-only-answer = Only this answer: { $answer }
attempts-all-answers = Show all deliveries
attempts-csv = Download as CSV
attempts-csv-hint = What is shown here, all pages of it.
attempts-email = E-mail
attempts-name = Name
attempts-code = Code

# The mail to the owner.
attempts-mail-hello = Hello,
attempts-mail-hello-name = Hello { $name },
attempts-mail-held = “{ $mailing }” waits for the mail server
attempts-mail-held-news = for over an hour the mail server has taken nothing of the mailing “{ $mailing }”: { $reason }. Nobody has been failed for this, and Periodical goes on trying; but somebody should have a look at the server or its settings.
attempts-mail-failed = “{ $mailing }” reached nobody
attempts-mail-partial = { $count ->
    [one] “{ $mailing }” did not reach { $count } recipient
   *[other] “{ $mailing }” did not reach { $count } recipients
}
attempts-mail-succeeded = “{ $mailing }” has gone out
attempts-mail-news = the attempt of the mailing “{ $mailing }” that started { $when } has finished. It was for { $recipients }: { $figures }.
attempts-mail-sent = { $count } accepted by the mail server
attempts-mail-refused = { $count } failed for good
attempts-mail-unknown = { $count } with an unknown outcome
attempts-mail-skipped = { $count } not tried
attempts-mail-reasons = The most frequent reasons:
attempts-mail-reason = { $reason }: { $count }
attempts-mail-details = Who that was, what the servers said, and the button to send again:
attempts-mail-why = Which of these mails you get is up to you:

# What narrows the list.
attempts-runs = Runs
attempts-search = Search attempts by mailing
attempts-mailing-name = Name of the mailing
attempts-every-status = Every status
attempts-period = When it started
attempts-any-time = At any time
attempts-last-day = In the last 24 hours
attempts-last-week = In the last 7 days
attempts-last-month = In the last 30 days
attempts-last-year = In the last year
attempts-none-found = Nothing found
attempts-none-found-detail = No attempt fits this search.
