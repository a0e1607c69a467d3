# Reports: by period, by mailing, by message.

reports-title = Reports
reports-subtitle = What was sent, what was not, and why.
reports-export = Export as CSV
reports-export-cut = These are the first { $lines } lines, and there are more: choose fewer days.
reports-by-period = By period
reports-by-mailing = By mailing
reports-by-message = By message

reports-period = Period
reports-days = { $days ->
    [one] { $days } day
   *[other] { $days } days
}
reports-year = A year
reports-from = From
reports-to = To
reports-show = Show
reports-days-of-zone = { $period }; days are those of { $zone }.
reports-no-date = Enter a date, like 2026-12-01.
reports-end-before-start = The last day must not be before the first.
reports-too-long = Choose ten years at the most.

reports-nothing = Nothing was sent in this time
reports-nothing-text = Figures appear with the first attempt. Choose another period, or see when your mailings go out.
reports-to-mailings = To the mailings

reports-attempts = Attempts
reports-recipients = Recipients
reports-sent = Sent
reports-failed = Failed
reports-unknown = Unknown
reports-skipped = Skipped
reports-waiting = Waiting
reports-duration = Duration
reports-outcome = Outcome
reports-when = When
reports-mailing = Mailing
reports-message = Message
reports-older = Older
reports-last = last { $when }

reports-chart = Sent and failed
reports-chart-text = { $period }: { $sent } sent, { $failed } failed.

reports-causes = Why mails were not sent
reports-why = Reason
reports-deliveries = Deliveries
reports-not-yet = Reasons are added up when an attempt is over.
reports-cause-bad-address = Address does not exist
reports-cause-bad-address-text = Correct these recipients or delete them; later runs skip them.
reports-cause-refused = Refused
reports-cause-refused-text = The mail server takes no such mail; its answer says why.
reports-cause-put-off = Put off until given up
reports-cause-put-off-text = The mail server said “later” at every try. Often a full mailbox.
reports-cause-no-answer = No answer
reports-cause-no-answer-text = The connection broke off at every try.
reports-cause-unknown = Unknown
reports-cause-unknown-text = The mail was handed over, and the connection broke before the reply.
reports-cause-skipped = Skipped
reports-cause-skipped-text = Not tried: known to be undeliverable, unsubscribed, or deleted meanwhile.

reports-answers = What mail servers answered
reports-answer = Answer
reports-no-answers = No mail server has said why.
reports-other-answers = other answers

# In files
reports-seconds = Duration in seconds
reports-seconds-on-average = Average duration in seconds
reports-code = Code
reports-last-attempt = Last attempt ({ $zone })
reports-last-reply = Last reply
