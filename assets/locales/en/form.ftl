# What any form may say of its fields.

form-fill-in = Please fill this in.
form-one-line = Line breaks and control characters cannot stand here.
form-control-characters = There are control characters in this text; please take them out.
form-too-long = { $length ->
    [one] This is { $length } character long; { $max } are the most.
   *[other] This is { $length } characters long; { $max } are the most.
}
form-not-an-email = This is not an e-mail address; one looks like anna@example.org.
form-local-part = The part before the @ is longer than the { $max } characters that mail servers take.
form-incomplete = A field of the form is missing, or there twice.
form-broken-off = What was sent broke off in the middle.
form-unnamed-file = file
