# Когда уходит рассылка.

schedule-once = Один раз
schedule-daily = Каждый день
schedule-weekly = Каждую неделю
schedule-monthly = Каждый месяц

schedule-once-detail = В момент начала
schedule-daily-detail = В то же время, что и первая
schedule-weekly-detail = В тот же день недели, что и первая
schedule-monthly-detail = Того же числа или в последний день месяца

# Середина предложения: «каждую субботу в 09:00 (Europe/Moscow), с 10 января 2099 г. до 1 апреля 2099 г.».
schedule-sentence = { $how_often } в { $time } ({ $zone }), с { $start } до { $end }
schedule-sentence-once = один раз, { $day }, в { $time } ({ $zone })
schedule-until = { $date }, { $time }
schedule-on-weekday = { $weekday ->
    [monday] в понедельник, { $date }
    [tuesday] во вторник, { $date }
    [wednesday] в среду, { $date }
    [thursday] в четверг, { $date }
    [friday] в пятницу, { $date }
    [saturday] в субботу, { $date }
   *[sunday] в воскресенье, { $date }
}
schedule-every-day = каждый день
schedule-every-week = { $weekday ->
    [monday] каждый понедельник
    [tuesday] каждый вторник
    [wednesday] каждую среду
    [thursday] каждый четверг
    [friday] каждую пятницу
    [saturday] каждую субботу
   *[sunday] каждое воскресенье
}
schedule-every-month = { $day }-го числа каждого месяца
schedule-every-month-or-last-day = { $day }-го числа каждого месяца (или в последний день месяца)

schedule-not-a-date = Введите дату и время, например 2026-12-01T09:00.
schedule-out-of-range = Введите год от 1970 до 9999.
schedule-skipped = В этом часовом поясе часы переводят вперёд, и такого времени нет; ближайшее следующее: { $next }.
