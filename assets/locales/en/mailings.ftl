# Mailings: the list, the form, a mailing's own page.

mailings-title = Mailings
mailings-subtitle = One message, many recipients, a schedule.
mailings-new = New mailing
mailings-new-subtitle = Choose a message, its recipients and when it goes out. Inside its window it starts by itself.
mailings-edit = Edit mailing
mailings-search = Search mailings
mailings-older = Older
mailings-none = No mailings yet
mailings-none-text = Choose a message, its recipients and when it goes out.
mailings-nothing-found = Nothing found
mailings-nothing-found-text = No mailing has this in its name and this state.

mailings-name = Name
mailings-status = Status
mailings-goes-out = Goes out
mailings-next-run = Next run
mailings-actions = Actions
mailings-message = Message
mailings-recipients = Recipients
mailings-subject = “{ $subject }”

mailings-created = created
mailings-running = running
mailings-completed = completed
mailings-paused = paused
mailings-disabled = disabled

mailings-next-not-disabled = not while disabled
mailings-next-when-resumed = when resumed
mailings-next-none = none

mailings-act-edit = Edit
mailings-act-delete = Delete
mailings-act-start = Start now
mailings-act-pause = Pause
mailings-act-resume = Resume
mailings-delete-question = Delete “{ $name }”?
mailings-delete-consequence = Its attempts and their records are deleted with it. To keep them, stop it instead.

mailings-saved = The mailing was saved. It goes out by itself at the moments below.
mailings-changed = Saved.
mailings-deleted = The mailing and its attempts were deleted.
mailings-paused-now = Paused. Nothing goes out until you resume it.
mailings-resumed-now = Resumed. The next run is below.

# The form
mailings-save-new = Save mailing
mailings-save = Save
mailings-first-recipient = First a recipient
mailings-first-recipient-text = A mailing goes to your recipients; add the first one.
mailings-first-recipient-act = New recipient
mailings-first-message = First a message
mailings-first-message-text = A mailing sends one of your messages; write the first one.
mailings-first-message-act = New message
mailings-name-hint = For you. Recipients see the message’s subject; this name stands in the mail’s List-Id alone.
mailings-choose = Choose…
mailings-to-whom = To whom
mailings-all = All of my recipients
mailings-all-detail = { $count } at present; whoever you have when a run starts
mailings-ticked = Only the ticked ones
mailings-ticked-detail = Tick them below
mailings-picker-search = Search recipients to tick
mailings-picker-placeholder = Address, name or comment
mailings-picker-find = Find
mailings-picker-hint = Those you have ticked stay while you search for others. At most 50 are shown beside them.
mailings-when = When it goes out
mailings-how-often = How often
mailings-start = Start
mailings-start-hint = In the past or now: it goes out at once.
mailings-end = End
mailings-end-hint = No run starts at or after this moment.
mailings-zone = Time zone
mailings-resend = Send again if the server’s reply is lost
mailings-resend-hint = When a connection breaks after a mail’s last byte, nobody knows whether it was taken. Ticked: it goes out again with the same Message-ID. Not ticked: it is left as unknown.

mailings-conflict = This mailing was changed in another tab meanwhile.
mailings-conflict-stored-all = Stored now: “{ $name }”, sending “{ $subject }” to all of your recipients, { $schedule }.
mailings-conflict-stored-ticked = Stored now: “{ $name }”, sending “{ $subject }” to the ticked recipients, { $schedule }.
mailings-conflict-then = { $link }; saving again replaces it with what stands below.
mailings-conflict-look = Look at it

mailings-error-message = Choose the message to send.
mailings-error-message-gone = This message does not exist any more; choose another.
mailings-error-none-ticked = Choose at least one recipient, or all of them.
mailings-error-too-many = { $count } are chosen; { $most } are the most. Choose all of them instead.
mailings-error-period = Choose how often it goes out.
mailings-error-zone = There is no time zone `{ $zone }`; choose one from the list.
mailings-error-end-passed = This has passed already; choose an end in the future.
mailings-error-end-before-start = The end must be after the start.
mailings-error-no-recipients = You have no recipients yet; add the first one, then save this.
mailings-error-recipients-gone = Some of the chosen recipients do not exist any more; look through the list and save again.
mailings-error-audience = it says either “all”: true or “ids”: […]

# What refuses to delete a recipient or a message that mailings use.
mailings-used-somewhere = { $what } is used by a mailing; take it out there first.
mailings-used-by-one = { $what } is used by the mailing { $names }; take it out there first.
mailings-used-by-several = { $what } is used by the mailings { $names }; take it out there first.

# A mailing's own page
mailings-of-owner = Of { $name }, { $email }
mailings-to-owner = To the owner
mailings-owner-blocked = The owner is blocked: nothing of this goes out.
mailings-disabled-because = A manager has disabled this mailing:
mailings-attempts = Attempts
mailings-all-attempts = All of them
mailings-no-attempts = Nothing has gone out yet
mailings-no-attempts-text = Each run appears here with everybody who got it, and who did not.
mailings-all-of-yours = All of yours, { $count } at present
mailings-all-of-theirs = All of theirs, { $count } at present
mailings-picked = { $count } picked
mailings-if-lost = If a reply is lost
mailings-if-lost-resend = Send again, with the same Message-ID
mailings-if-lost-leave = Leave it, as unknown
mailings-next-runs = Next runs
mailings-no-run-left = No run is left.
mailings-no-run-left-edit = No run is left. Edit the schedule to let it go out again.
mailings-due-now = due now
mailings-none-goes-blocked = The owner is blocked: none of these goes out.
mailings-none-goes-disabled = Disabled by a manager: none of these goes out.
mailings-none-goes-paused-by-owner = Paused by its owner: none of these goes out.
mailings-none-goes-paused = Paused: none of these goes out before you resume it.
mailings-start-now-instead = “Start now” sends it at once, instead of at this moment.

mailings-state = State
mailings-state-every = Every state
mailings-state-running = Going out now
mailings-state-waiting = Waiting for the next run
mailings-state-paused = Paused or disabled
mailings-state-completed = Completed
mailings-last-run = Last run
mailings-never-ran = none yet
mailings-sent-of = { $sent } of { $total } sent
mailings-held = waiting for the mail server
mailings-recipients-or-more = { $count } recipients or more
mailings-stopped = stopped
mailings-stopping = stopping

mailings-act-stop = Stop
mailings-act-clone = Clone
mailings-start-question = Send “{ $name }” to { $recipients } now?
mailings-start-once = This is its one run: it does not go out again at its moment.
mailings-start-beside = This run comes beside the schedule, which goes on as before. Each recipient gets the message once.
mailings-stop-question = Stop “{ $name }” for good?
mailings-stop-consequence = It has no further run, and whoever has not got the mail of a run that is going out is skipped. What was sent stays on record. To send it again later, clone it; to interrupt it, pause it.
mailings-stopped-now = Stopped for good. What is on its way is finished; everybody else is skipped.
mailings-copy-of = Copy of { $name }
mailings-no-run-stopped = It was stopped for good. Clone it to send it again.

mailings-locked = A run is going out now. What it sends, to whom and when can be changed once it has finished; name and end can be changed at any time.
mailings-locked-reason = Locked until the run that is going out has finished.
mailings-error-locked = A run has begun meanwhile; this cannot change until it has finished.
mailings-error-stopped = This mailing was stopped for good, so it cannot be changed any more. Clone it to send it again.

# What will happen, beside the form and on the page
mailings-outlook = What will happen
mailings-outlook-again = Show what will happen
mailings-outlook-incomplete = Once start, end and how often can be read, this says when it goes out.
mailings-outlook-all = { $count ->
    [one] { $schedule }, to all of your recipients, { $count } at present.
   *[other] { $schedule }, to all of your recipients, { $count } at present.
}
mailings-outlook-ticked = { $count ->
    [one] { $schedule }, to { $count } recipient.
   *[other] { $schedule }, to { $count } recipients.
}
mailings-outlook-next = { $count ->
    [1] The only run:
    [2] The next two:
    [3] The next three:
    [4] The next four:
    [5] The next five:
   *[other] The next { $count }:
}
mailings-outlook-no-run = No run is left: every moment of this schedule has passed, or it has gone out already.
mailings-outlook-ends-early = The end lies before the second run, so it goes out once.
mailings-outlook-no-recipients = You have no recipients yet: it goes to nobody.
mailings-outlook-none-ticked = Nobody is ticked yet: it goes to nobody.
mailings-outlook-all-skipped = All of them will be skipped: they have unsubscribed, or their address does not exist.
mailings-outlook-skipped = { $count ->
    [one] { $count } of them will be skipped: unsubscribed, or an address that does not exist.
   *[other] { $count } of them will be skipped: unsubscribed, or an address that does not exist.
}
mailings-outlook-more-skipped = More than { $count } of them will be skipped: unsubscribed, or an address that does not exist.
