# The people a user sends to.

recipients-title = Recipients
recipients-subtitle = The people you send to. They need no account here.
recipients-new = New recipient
recipients-edit-title = Edit recipient
recipients-search = Search recipients
recipients-older = Older
recipients-email = E-mail
recipients-name = Name
recipients-full-name = Full name
recipients-comment = Comment
recipients-comment-hint = For you alone.
recipients-no-comment = none
recipients-actions = Actions
recipients-edit = Edit
recipients-delete = Delete
recipients-add = Add recipient
recipients-save = Save
recipients-none = No recipients yet
recipients-none-text = Add the first person you want to write to.
recipients-not-found = Nobody found
recipients-not-found-text = No recipient has this in their address, name or comment.

recipients-delete-question = Delete { $email }?
recipients-delete-consequence = Past deliveries stay on record. Mails that are still waiting for this recipient are not sent.
recipients-added = { $email } was added.
recipients-saved = Saved.
recipients-deleted = The recipient was deleted.
recipients-email-taken = You have a recipient with this address already.
recipients-conflict = This recipient was changed in another tab meanwhile.
recipients-conflict-text = Stored now: { $stored }. Saving again replaces that with what stands below.
recipients-quoted = “{ $name }”
recipients-used = { $count ->
    [0] This recipient is used by a mailing; take it out there first.{ $mailings }
    [one] This recipient is used by the mailing { $mailings }; take it out there first.
   *[other] This recipient is used by the mailings { $mailings }; take it out there first.
}

recipients-mailings = Mailings that pick this recipient
recipients-mailings-none = None. Mailings to all of your recipients reach them as well.

# Whether mail reaches them.
recipients-undeliverable = undeliverable
recipients-undeliverable-why = Mail servers say that this address does not exist.
recipients-undeliverable-text = Attempts skip it. The server’s words: { $reason }
recipients-try-again = Try it again
recipients-tried-again = The next attempt tries this address again.
recipients-unsubscribed = unsubscribed
recipients-unsubscribed-why = This recipient wants no more mail from you.
recipients-unsubscribed-text = They have unsubscribed by the link in a mail. Attempts skip them.
recipients-resubscribe = Send to them again
recipients-resubscribe-question = Send to { $email } again?
recipients-resubscribe-consequence = Do this only if they have asked you to: they said that they want no more mail, and in many countries writing to them all the same is against the law.
recipients-resubscribed = { $email } gets mail again, from the next attempt on.

# What recipients see who follow the link in a mail.
recipients-unsubscribe = No more mail?
recipients-unsubscribe-text = With a click you get no more mail from this sender at the address this link was sent to.
recipients-unsubscribe-button = Unsubscribe
recipients-unsubscribe-done = You are unsubscribed
recipients-unsubscribe-done-text = This sender writes to you no more. What is on its way already may still arrive. You can close this page.
recipients-unsubscribe-bad-link = This link does not work
recipients-unsubscribe-bad-link-text = It may have been cut short on its way. Open it from the mail once more, or copy it whole.

# The list: what narrows it, its order, what is done with those that are ticked.
recipients-filter-state = State
recipients-filter-all = All
recipients-filter-deliverable = Deliverable
recipients-filter-undeliverable = Undeliverable
recipients-filter-unsubscribed = Unsubscribed
recipients-sort = Order
recipients-sort-newest = Newest first
recipients-sort-email = By e-mail
recipients-sort-name = By name
recipients-next = Next
recipients-tick = Tick { $email }
recipients-edit-one = Edit { $email }
recipients-none-in-state = Nobody here
recipients-none-in-state-text = None of your recipients is in this state.
recipients-nobody-ticked = Tick at least one recipient first.
recipients-ticked-delete-question = Delete the ticked recipients?
recipients-ticked-delete-consequence = Those that a mailing picks stay, and you are told which. Past deliveries stay on record; mails that are still waiting for the others are not sent.
recipients-ticked-deleted = { $count ->
    [0] Nobody was deleted.
    [one] { $count } recipient was deleted.
   *[other] { $count } recipients were deleted.
}
recipients-ticked-used-by = { $email } (“{ $mailing }”)
recipients-ticked-used = { $count ->
    [one] Not deleted, because a mailing picks them: { $names }.
   *[other] Not deleted, because mailings pick them: { $names }{ $others ->
        [0] {""}
        [one] {" "}and one more
       *[other] {" "}and { $others } more
    }.
}
recipients-pick-mailing = Mailing to add to
recipients-pick-choose = Add to a mailing …
recipients-pick = Add
recipients-no-mailing-chosen = Choose the mailing to add them to.
recipients-picked = { $count ->
    [0] All of them were in “{ $mailing }” already.
    [one] { $count } recipient was added to “{ $mailing }”; that counts from its next run.
   *[other] { $count } recipients were added to “{ $mailing }”; that counts from its next run.
}
recipients-mailing-closed = Nobody can be added to this mailing: it is over, or goes to all of your recipients anyway.
recipients-mailing-running = A run of this mailing goes out at the moment, to those it began with. Add them when it is done.
recipients-mailing-full = A mailing picks { $most } recipients at the most. Let it go to all of them instead.

# What was sent to one of them.
recipients-state = State
recipients-deliverable = deliverable
recipients-history = Deliveries
recipients-history-none = Nothing was sent to this recipient yet.
recipients-history-mailing = Mailing
recipients-history-when = When
recipients-history-state = State
recipients-history-reply = Server’s reply
recipients-history-to = to { $email }

# Taking in a file, and giving one out.
recipients-import = Import recipients
recipients-import-short = Import
recipients-export = Export
recipients-import-subtitle = From a spreadsheet or another program. You see what was recognised before anything is changed.
recipients-import-file = File
recipients-import-file-hint = CSV or TSV, up to 16 MB: columns separated by commas, semicolons or tabs, in any usual encoding.
recipients-import-paste = Or paste the lines here
recipients-import-paste-hint = One recipient a line: the address, and if you like a name and a comment. A first line with headings is recognised.
recipients-import-look = Look at it
recipients-import-nothing = There is nothing to take in: choose a file that is not empty, or paste some lines.
recipients-import-both = There is a file and there are pasted lines: take one of the two, the other afterwards. Files have to be chosen again.
recipients-import-preview = What was recognised
recipients-import-preview-text = These are the first lines. Put right what the columns are taken for, where it is wrong.
recipients-import-rows = The first lines of the file
recipients-import-column = Column { $number } holds
recipients-import-ignore = leave out
recipients-import-header = The first line names the columns
recipients-import-existing = Recipients you have already
recipients-import-skip = Skip
recipients-import-skip-detail = They stay as they are.
recipients-import-update = Update
recipients-import-update-detail = They get the file’s name and comment, where it has some.
recipients-import-no-name = Where a line has no name, the part of the address before the @ becomes the name. Whoever has unsubscribed stays unsubscribed.
recipients-import-start = Import
recipients-import-other = Another file
recipients-import-choose-email = Say which column holds the e-mail addresses.
recipients-import-one-email = Only one column can hold the e-mail address; leave the other out.
recipients-import-one-each = Only one column can be the name, and one the comment.
recipients-import-choose-existing = Choose what becomes of recipients you have already.
recipients-import-not-yet = Another import of yours is still under way. Start this one when it is done.
recipients-import-no-header = The first line must name the columns: email, name, comment. It names no column of addresses.
recipients-import-half = Storing the file was broken off. By then { $created } recipients were created and { $updated } updated, perhaps some more. Send it again: nothing is changed twice.
recipients-import-running = Import is running
recipients-import-done = Import is done
recipients-import-given-up = Import could not be finished
recipients-import-given-up-text = Something went wrong again and again, and the import was given up: { $done } of { $all } lines are done. The failure is ours, and it is in the log. Take the file in once more: whoever is there already is found.
recipients-import-tried-again = Something went wrong, and the rest is tried again by itself in a moment.
recipients-import-again = Import again
recipients-import-progress = { $done } of { $all } lines
recipients-import-refresh = Refresh
recipients-import-to-list = To the recipients
recipients-import-created = Created
recipients-import-updated = Updated
recipients-import-skipped = Skipped, existed already
recipients-import-bad = Bad lines
recipients-import-problems = Lines that could not be taken in
recipients-import-problems-file = All as CSV
recipients-import-problems-more = The first { $shown } of { $all }; the file has them all.
recipients-import-problems-many = The first { $shown } of { $all }; the file has the first { $kept }.
recipients-import-line = Line
recipients-import-problem = What is wrong
recipients-import-value = Text
recipients-import-no-email = No e-mail address
recipients-import-bad-email = Not an e-mail address
recipients-import-bad-name = The name is longer than 200 characters or holds control characters
recipients-import-bad-comment = The comment is longer than 2,000 characters or holds control characters
recipients-import-twice = The address stands in an earlier line (its number in brackets)
recipients-import-broken-quote = A quote that is not closed, or in the middle of a cell
recipients-import-too-long = The line is longer than any recipient can be
recipients-import-no-text = Bytes that are no characters in the file’s encoding
