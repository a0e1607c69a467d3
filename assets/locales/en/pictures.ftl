# The pictures of a post.

pictures-title = Pictures
pictures-count = { $count } of { $max }
pictures-back = Back to the post
pictures-size = { $width } × { $height }
pictures-open = Open { $name }
pictures-cover = cover

pictures-alt = What it shows
pictures-alt-hint = Read out to those who cannot see it, and shown where it cannot be loaded.
pictures-alt-save = Save
pictures-markdown = For the text
pictures-copy = Copy
pictures-copied = Copied: paste it into the text where the picture should stand.
pictures-cover-choose = Use as cover
pictures-cover-take = Not the cover any more
pictures-delete = Delete
pictures-delete-question = Delete { $name }?
pictures-delete-consequence = Where the text names it, its words stand instead.

pictures-files = Add pictures
pictures-files-hint = JPEG, PNG or WebP, up to { $most } MB and { $millions } million pixels each. They are made anew in two sizes, without the place and the camera that may stand in the file.
pictures-add = Add

pictures-added = { $count ->
    [one] The picture was added.
   *[other] { $count } pictures were added.
}
pictures-described = Saved what the picture shows.
pictures-cover-chosen = This is the cover now.
pictures-cover-taken = The post has no cover now.
pictures-deleted = The picture was deleted.

pictures-choose = Please choose a picture.
pictures-many = A post has { $max } pictures at the most.
pictures-bytes = “{ $name }” is larger than { $most } MB.
pictures-kind = “{ $name }” is no JPEG, PNG or WebP: what is in a file counts, not its name.
pictures-pixels = “{ $name }” has too many pixels: { $side } a side and { $millions } million in all are the most.
pictures-broken = “{ $name }” cannot be read to its end: it is cut short or damaged. Please choose the original once more.
