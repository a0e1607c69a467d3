# Messages: what is sent.

messages-no-body = Please write what the message should say.
messages-too-long = This is { $length } KB long; { $most } KB are the most.
messages-tangled = The HTML is nested too deeply or has too many tags that are not closed.
messages-placeholder-unknown = There is no placeholder “{ $word }”. There are: { $known }.
messages-placeholder-malformed = “{ $inside }” between two braces is no placeholder. There are: { $known }; with a fallback: {"{{"} name | "friend" {"}}"}.
messages-placeholder-unclosed = A placeholder begins with {"{{"} and has no {"}}"} behind it. There are: { $known }.

messages-title = Messages
messages-subtitle = What you send: a subject and a body, used by any number of mailings.
messages-new = New message
messages-search = Search subjects
messages-subject = Subject
messages-beginning = Beginning
messages-actions = Actions
messages-older = Older
messages-none = No messages yet
messages-none-advice = Write what your mailing should say.
messages-not-found = Nothing found
messages-not-found-advice = No message has this in its subject.
messages-edit = Edit
messages-edit-one = Edit “{ $subject }”
messages-edit-title = Edit message
messages-add = Add message
messages-save = Save
messages-delete = Delete
messages-delete-question = Delete “{ $subject }”?
messages-delete-consequence = What was sent stays on record.
messages-copy = Copy
messages-copy-of = Copy of { $subject }
messages-this = This message

messages-added = The message was saved.
messages-saved = Saved.
messages-copied = This is the copy; the other message stays as it is.
messages-deleted = The message was deleted.
messages-conflict = This message was changed in another tab meanwhile.
messages-conflict-stored = Stored now: “{ $subject }”.
messages-conflict-look = Look at it
messages-conflict-again = Saving again replaces it with what stands below.

messages-make-mailing = Make a mailing
messages-preview-and-test = Preview and test
messages-as-sent = As it is sent
messages-used-by = Mailings that send it
messages-unused = None yet.

# The editor.
messages-body = Body
messages-body-hint = Plain text, or HTML with tables and styles; scripts are taken out. Every mail gets a plain-text part as well. Placeholders such as {"{{"} name {"}}"} become the recipient’s own words; {"{{"} name | "friend" {"}}"} says what stands there without a name.
messages-views = How the body is shown
messages-view-visual = Visual
messages-view-html = HTML
messages-view-text = Plain text
messages-canvas = The message’s body
messages-tools = Formatting
messages-bold = Bold
messages-italic = Italic
messages-heading = Heading
messages-list = List
messages-numbers = Numbered list
messages-quote = Quotation
messages-link = Link
messages-link-address = Where does the link lead?
messages-image = Image
messages-image-address = Where is the image on the web?
messages-insert = Insert
messages-undo = Undo
messages-redo = Redo
messages-placeholders = Insert a placeholder
messages-placeholder-name = The recipient’s name
messages-placeholder-email = The recipient’s address
messages-placeholder-mailing = The mailing’s name
messages-placeholder-date = The day it is sent
messages-placeholder-unsubscribe-link = The link to unsubscribe

# What is typed is kept on the server.
messages-draft-saved = Draft kept at { $time }
messages-draft-offered = You have an unsaved draft of { $moment }.
messages-draft-continue = Go on with it
messages-draft-discard = Discard it
messages-draft-look = Look at it
messages-draft-waits = An earlier draft waits above; until you have said what becomes of it, nothing here is kept before you save.
messages-draft-elsewhere = This is being written in another tab as well. The draft there is kept; here nothing is kept before you save.
messages-draft-unsaved = The draft could not be kept. Trying again.
messages-draft-away = No connection: the draft is not kept yet. Trying again.
messages-draft-signed-out = You are signed out, so the draft is not kept. Sign in in another tab; your text is still here.

# How somebody will get it.
messages-preview = Preview
messages-preview-of-draft = Of what you are writing; it is not saved yet.
messages-preview-back = Back to the message
messages-preview-desktop = On a desk
messages-preview-phone = On a phone
messages-preview-text = As plain text
messages-preview-headers = Above the mail
messages-preview-search = Name or address has
messages-preview-for = Shown for
messages-preview-show = Show
messages-from = From
messages-reply-to = Replies to
messages-to = To
messages-size = Size
messages-size-kb = { $kb } KB
messages-sample-name = Anna Example
messages-sample-mailing = the mailing’s name
messages-sample-why = You have no recipients yet, so this is shown for somebody made up.

messages-test = Send a test
messages-test-hint = The mail as { $name } would get it, marked as a test, to any address. It goes out at once, and what the server answers stands here.
messages-test-to = To
messages-test-send = Send the test
messages-test-subject = [Test] { $subject }
messages-test-address = Mail cannot be sent to this address.
messages-test-unfinished = The message has errors; they stand beside its fields when you save it.
messages-test-not-taken = The mail to { $email } did not get out: { $step }. What the mail server said: { $said }

# Files that go with it.
messages-attachments = Attachments
messages-attachments-total = { $count ->
    [one] { $count } file, { $size }
   *[other] { $count } files, { $size }
}
messages-attachments-files = Add files
messages-attachments-hint = At most { $max } files, { $most } MB in all. They go with every mail of the runs that start from now on.
messages-attachments-add = Add
messages-attachments-remove = Remove { $name }
messages-attachments-added = { $count ->
    [one] The file was added.
   *[other] The files were added.
}
messages-attachments-removed = The file was removed. Runs that are going out keep it.
messages-attachments-choose = Please choose a file.
messages-attachments-many = A message has { $max } files at the most.
messages-attachments-large = Together these files are too large: { $most } MB are the most for a message.
messages-attachments-empty = “{ $name }” is empty.
messages-attachments-program = “{ $name }” is a program: mail servers refuse files that end in { $ending }.
