# The editors' panel: posts of the blog, written and published.

posts-menu = Blog posts
posts-title = Blog posts
posts-subtitle = What the public reads, and what waits to be read.
posts-new = New post
posts-new-subtitle = A draft can be saved at any time; pictures are added once it is.
posts-edit = Edit post
posts-search = Search title or address
posts-older = Older
posts-none = No posts yet
posts-none-text = Write the first one: the public reads it once it is published.
posts-not-found = Nothing found
posts-not-found-text = No post has this in its title or address, this state and this language.

posts-name = Title
posts-slug = Address
posts-language = Language
posts-summary = Summary
posts-content = Content
posts-publication = Publication
posts-state = State
posts-date-zone = Publication ({ $zone })
posts-views = Views
posts-actions = Actions
posts-every-state = Every state
posts-every-language = Every language
posts-drafts = Drafts
posts-scheduled-ones = Scheduled
posts-published-ones = Published
posts-draft = draft
posts-scheduled = scheduled
posts-is-published = published
posts-no-date = not yet

posts-look = View
posts-publish = Publish now
posts-unpublish = Unpublish
posts-delete = Delete
posts-delete-question = Delete “{ $title }”?
posts-delete-consequence = The post goes with its pictures and its count of views. To take it off the site and keep it, unpublish it instead.

posts-created = The post was saved.
posts-saved = Saved.
posts-published = Published: the public reads it now.
posts-unpublished = The post is a draft again; the public does not see it.
posts-deleted = The post and its pictures were deleted.
posts-not-complete = This post has no summary or no content yet; write both, then publish it.

# The form
posts-save-new = Save post
posts-save = Save
posts-slug-hint = The last part of the post’s address. Empty: made from the title.
posts-slug-hint-published = The last part of the post’s address. Links to the present one break when you change it.
posts-summary-hint = One or two sentences, for lists and search engines.
posts-summary-length = { $length } characters; search engines show about { $shown }.
posts-content-hint = In Markdown.
posts-moment = Date and time
posts-zone = Time zone
posts-choice-draft = Draft
posts-choice-draft-detail = Nobody but editors sees it
posts-choice-draft-unscheduled = It is not published at its moment
posts-choice-unpublish = Unpublish
posts-choice-draft-unpublished = A draft again, off the site
posts-choice-now = Publish now
posts-choice-now-detail = With saving
posts-choice-published = Published
posts-choice-published-detail = Since { $since }
posts-choice-at = At a moment
posts-choice-at-detail = By itself, at the time below
posts-choice-at-published = Off the site until then

posts-preview = Preview
posts-preview-again = Show the preview
posts-preview-found = In search results
posts-preview-untitled = No title yet
posts-preview-no-summary = No summary yet

posts-help = How to write Markdown
posts-help-typed = What you type
posts-help-shown = What it becomes
posts-help-heading = A heading; more # for smaller ones
posts-help-emphasis = Bold, italic, struck through
posts-help-link = A link
posts-help-picture = A picture of this post; its address stands beside it
posts-help-list = A list
posts-help-numbers = A numbered list
posts-help-quote = A quotation
posts-help-code = Code; three backticks around several lines
posts-help-table = A table
posts-help-footnote = A footnote
posts-help-rule = A line across
posts-help-html = An empty line begins a new paragraph. Of HTML only what is harmless is kept: scripts, styles and frames are left out.

posts-error-needed = Only a draft can be saved without this.
posts-error-language = Choose the language it is written in.
posts-error-publication = Choose when the public reads it.
posts-error-no-slug = The title has no letter an address could be made of; please write one, like spring-news.
posts-error-slug = Only small Latin letters, digits and single hyphens between them can stand here, like spring-news.
posts-error-slug-long = This is longer than { $max } characters.
posts-error-slug-reserved = The word { $slug } is reserved for the site itself; choose another.
posts-error-slug-taken = Another post has this address; choose another.
posts-error-content-long = This is { $length } KB long; { $most } KB are the most.
posts-error-script = There is a script in the text, and scripts are not shown. Take it out; to write about one, put it into `code`.
posts-error-picture = The picture { $address } cannot be shown: only pictures that were added to the post can, written as ![what it shows](/blog/pictures/…).
posts-error-tangled = This is nested too deep, or holds too much HTML that is not well-formed; make it simpler.
posts-error-past = This moment has passed; choose a later one, or publish it now.
posts-error-far = This is more than ten years ahead; choose an earlier moment.

posts-conflict = Somebody else has changed this post meanwhile.
posts-conflict-then = Nothing is lost: your version stands in the form, the stored one below. Saving again replaces the stored one with yours.
posts-conflict-stored = Stored now
posts-conflict-scheduled = scheduled for { $moment }
posts-conflict-published = published { $moment }
