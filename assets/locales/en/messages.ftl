# Messages: what is sent.

messages-no-body = Please write what the message should say.
messages-too-long = This is { $length } KB long; { $most } KB are the most.
messages-tangled = The HTML is nested too deeply or has too many tags that are not closed.
messages-placeholder-unknown = There is no placeholder “{ $word }”. There are: { $known }.
messages-placeholder-malformed = “{ $inside }” between two braces is no placeholder. There are: { $known }; with a fallback: {"{{"} name | "friend" {"}}"}.
messages-placeholder-unclosed = A placeholder begins with {"{{"} and has no {"}}"} behind it. There are: { $known }.
