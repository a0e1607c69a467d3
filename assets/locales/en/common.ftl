# Words that every slice shares.

common-cancel = Cancel

common-recipients = { $count ->
    [one] { $count } recipient
   *[other] { $count } recipients
}

# How long something takes, in its two largest units.
common-duration-ms = { $ms } ms
common-duration-s = { $s } s
common-duration-min = { $min } min { $s } s
common-duration-h = { $h } h { $min } min
common-duration-days = { $days } d { $h } h

# As in "every Monday".
common-monday = Monday
common-tuesday = Tuesday
common-wednesday = Wednesday
common-thursday = Thursday
common-friday = Friday
common-saturday = Saturday
common-sunday = Sunday
