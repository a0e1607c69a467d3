# The frame around every page, and what app.js says.

layout-description = Recurring e-mail you host yourself: recipients, messages, mailings on a schedule, and a record of every delivery.
layout-foot = Periodical, recurring e-mail you host yourself
layout-skip = Skip to content
layout-error = Error { $status }
layout-to-start = To the start page
layout-sections = Sections
layout-menu = Menu
layout-language = Language
layout-theme = Theme
layout-theme-system = System
layout-theme-light = Light
layout-theme-dark = Dark
layout-home = Home
layout-recipients = Recipients
layout-messages = Messages
layout-mailings = Mailings
layout-attempts = Attempts
layout-reports = Reports
layout-blog = Blog
layout-inbox = Inbox (dev)
layout-sign-in = Sign in
layout-register = Register
layout-sign-out = Sign out
layout-account = Your account
layout-account-menu = , account menu

script-away = The connection to the server is lost, so the figures here stand still. Trying again.
script-close = Close
script-network = The server could not be reached. Check the connection and try again.
script-signed-out = You are no longer signed in. Reload the page to sign in again.
script-forbidden = This page is out of date, or you may not do that. Reload it and try again.
script-gone = It is no longer there. Reload the page to see what is.
script-too-large = That is too large.
script-too-many = Too many requests. Wait a moment and try again.
script-server = Something went wrong on the server. Nothing was changed on this page; try again in a moment.
script-other = The request was refused. Reload the page and try again.
