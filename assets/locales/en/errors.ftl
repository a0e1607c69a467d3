# The failures that are no form's fault, and their pages.

error-not-found = Nothing here
error-not-found-advice = This page does not exist, or it belongs to somebody else.
error-forbidden = Not allowed
error-forbidden-advice = Your account may not do this.
error-stale-form = This form has expired
error-stale-form-advice = Go back, reload the page and send the form again. What you typed is still in it.
error-method = Nothing to see here
error-method-advice = This address takes forms. Go back to the page you came from.
error-too-large = Too large
error-too-large-advice = What was sent is larger than Periodical takes. Go back and shorten it.
error-cross-site = Not from here
error-cross-site-advice = Another site has sent this. Go to the page itself and do it there, if you want it done.
error-too-slow = That took too long
error-too-slow-advice = What was sent did not arrive in time. Go back and send it again.
error-too-many = Too many requests
error-busy = Busy
error-busy-advice = There is too much to do right now. Go back and try again in a moment.
error-overdue = This takes too long
error-overdue-advice = The answer was not ready in time. Try again in a moment.
error-bad-request = That did not make sense
error-bad-address = The address has a part that cannot be read, such as a page that is no number.
error-internal = Something broke on our side
error-internal-advice = Nothing was saved. Try again in a moment; if it stays, tell whoever runs this service.
error-signed-out = You are no longer signed in, so this was not saved. Sign in in another tab and send it again; it is still here.

# How long to wait before the next try.
error-wait-seconds = That was too often. Try again in { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}.
error-wait-minutes = That was too often. Try again in { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}.
