# The start page of the signed-in.

dashboard-title = Home
dashboard-hello = Hello, { $name }
dashboard-new-mailing = New mailing

dashboard-guide = Three steps to the first mailing; it starts by itself, or with its “Start now” button.
dashboard-step-recipients = Add recipients
dashboard-step-recipients-text = The people you write to. One is enough to begin with: yourself.
dashboard-step-recipients-act = Add a recipient
dashboard-step-message = Write a message
dashboard-step-message-text = A subject and a body; plain text is fine.
dashboard-step-message-act = Write a message
dashboard-step-mailing = Set a mailing
dashboard-step-mailing-text = Choose message, recipients and time. With a start of now it goes out at once.
dashboard-step-mailing-act = Set a mailing
dashboard-step-start-act = See it, or start it now

dashboard-recipients = Recipients
dashboard-messages = Messages
dashboard-mailings = Mailings
dashboard-mailings-by-status = { $created } created, { $running } running, { $completed } completed
dashboard-sent = Mails sent
dashboard-sent-in-all = in all
dashboard-more-than = more than { $count }

dashboard-now = Running now
dashboard-all-attempts = All attempts
dashboard-more-running = And more
dashboard-nothing-now = Nothing is being sent.
dashboard-nothing-now-next = Nothing is being sent. Next: { $when }.
dashboard-about-to-start = “{ $name }” is about to start.
dashboard-running = running
dashboard-held = waiting
dashboard-stopped = stopped
dashboard-stopped-text = The mailing is paused or disabled; the rest goes out when it goes on.
dashboard-held-text = Waiting for the mail server; nobody has been failed for this.
dashboard-held-until = Next try at { $when }.
dashboard-started = Started { $when }.
dashboard-pace = { $rate } a minute, about { $left } left.

dashboard-wrong = Needs a look
dashboard-all-well = All well: nothing has gone wrong in the last days.
dashboard-disabled = A manager has disabled “{ $name }”
dashboard-disabled-act = To the mailing
dashboard-failed = { $failed } of { $total } failed, { $when }
dashboard-unknown = { $unknown } of { $total } may have got it or not, { $when }
dashboard-failed-why = See why
dashboard-failed-act = Send again to those
dashboard-undeliverable = { $count ->
    [one] { $count } recipient cannot be reached
   *[other] { $count } recipients cannot be reached
}
dashboard-undeliverable-many = More than { $count } recipients cannot be reached
dashboard-undeliverable-text = Mail servers say that these addresses do not exist. They are skipped until you correct them.
dashboard-undeliverable-act = Look through them

dashboard-next = { $days ->
    [one] The next day
   *[other] The next { $days } days
}
dashboard-all-mailings = All mailings
dashboard-nothing-next = Nothing is planned
dashboard-nothing-next-text = Runs of the coming days appear here.
dashboard-today = Today
dashboard-tomorrow = Tomorrow
dashboard-due = now
dashboard-more-runs = and { $count } more
dashboard-known-until = Shown are the runs before { $when }; there are too many for more.
dashboard-zone = Times in { $zone }.

dashboard-month = The last thirty days
dashboard-all-reports = All reports
dashboard-month-text = { $attempts ->
    [one] { $sent } sent and { $failed } failed in { $attempts } attempt.
   *[other] { $sent } sent and { $failed } failed in { $attempts } attempts.
}
