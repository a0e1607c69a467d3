# Слова, общие для всех разделов.

common-cancel = Отмена

common-recipients = { $count ->
    [one] { $count } клиент
    [few] { $count } клиента
    [many] { $count } клиентов
   *[other] { $count } клиента
}

# Сколько длится, в двух самых крупных единицах.
common-duration-ms = { $ms } мс
common-duration-s = { $s } с
common-duration-min = { $min } мин { $s } с
common-duration-h = { $h } ч { $min } мин
common-duration-days = { $days } д { $h } ч

# Как в «каждый понедельник»: винительный падеж.
common-monday = понедельник
common-tuesday = вторник
common-wednesday = среду
common-thursday = четверг
common-friday = пятницу
common-saturday = субботу
common-sunday = воскресенье
