# When a mailing goes out.

schedule-once = Once
schedule-daily = Every day
schedule-weekly = Every week
schedule-monthly = Every month

schedule-once-detail = At the start
schedule-daily-detail = At the start’s time of day
schedule-weekly-detail = On the start’s weekday
schedule-monthly-detail = On the start’s day, or the month’s last

# A sentence's middle: "every week on Saturday at 09:00 Europe/Moscow, from 10 January 2099 until 1 April 2099".
schedule-sentence = { $how_often } at { $time } { $zone }, from { $start } until { $end }
schedule-sentence-once = once, on { $day } at { $time } { $zone }
schedule-until = { $date }, { $time }
schedule-on-weekday = { $weekday ->
    [monday] Monday { $date }
    [tuesday] Tuesday { $date }
    [wednesday] Wednesday { $date }
    [thursday] Thursday { $date }
    [friday] Friday { $date }
    [saturday] Saturday { $date }
   *[sunday] Sunday { $date }
}
schedule-every-day = every day
schedule-every-week = { $weekday ->
    [monday] every week on Monday
    [tuesday] every week on Tuesday
    [wednesday] every week on Wednesday
    [thursday] every week on Thursday
    [friday] every week on Friday
    [saturday] every week on Saturday
   *[sunday] every week on Sunday
}
schedule-every-month = { $day ->
    [1] every month on the 1st
    [2] every month on the 2nd
    [3] every month on the 3rd
    [21] every month on the 21st
    [22] every month on the 22nd
    [23] every month on the 23rd
   *[other] every month on the { $day }th
}
schedule-every-month-or-last-day = { $day ->
    [31] every month on the 31st, or the month’s last day,
   *[other] every month on the { $day }th, or the month’s last day,
}

schedule-not-a-date = Enter a date and a time, like 2026-12-01T09:00.
schedule-out-of-range = Enter a year from 1970 to 9999.
schedule-skipped = The clocks are put forward over this time in that zone, so it does not exist; the next one is { $next }.
