# The blog, as its readers see it.

blog-title = Blog
blog-subtitle = On writing to many people, on time, and so that it arrives.
blog-description = News and advice from Periodical: recurring e-mail you host yourself, mailings on a schedule, and how to get mail delivered.
blog-languages = Language of the posts
blog-feed = Atom feed
blog-feed-title = Periodical blog
blog-write = Write a post
blog-older = Older posts
blog-newest = The newest posts
blog-empty = Nothing has been published yet
blog-empty-text = The first post will stand here. The other language may have some already.
blog-end = There is nothing older
blog-end-text = These were all the posts there are.
blog-minutes = { $count } min read
blog-readers = { $count ->
    [0] Nobody has read it yet
    [one] { $count } reader
   *[other] { $count } readers
}
blog-back = All posts
blog-edit = Edit
blog-related = Read next
