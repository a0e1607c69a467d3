# The parts that pages are made of.

ui-pages = Pages
ui-first-page = Back to first
ui-search = Search
ui-step-done = (done)
ui-copy = Copy
ui-copied = Copied
ui-tick-all = Tick all shown
ui-rows-ticked = { $count } ticked
ui-ticked = { $ticked } of { $count } ticked
ui-progress-words = { $recipients }: { $parts }
ui-progress-sent = { $count } sent
ui-progress-failed = { $count } failed
ui-progress-unknown = { $count } unknown
ui-progress-skipped = { $count } skipped
ui-progress-waiting = { $count } waiting
