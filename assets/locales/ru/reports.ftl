# Отчёты: по времени, по рассылкам, по сообщениям.

reports-title = Отчёты
reports-subtitle = Что отправлено, что нет и почему.
reports-export = Скачать CSV
reports-export-cut = Это первые { $lines } строк, есть и другие: выберите меньше дней.
reports-by-period = По времени
reports-by-mailing = По рассылкам
reports-by-message = По сообщениям

reports-period = Период
reports-days = { $days ->
    [one] { $days } день
    [few] { $days } дня
    [many] { $days } дней
   *[other] { $days } дня
}
reports-year = Год
reports-from = С
reports-to = По
reports-show = Показать
reports-days-of-zone = { $period }; дни — по часовому поясу { $zone }.
reports-no-date = Введите дату, например 2026-12-01.
reports-end-before-start = Последний день не может быть раньше первого.
reports-too-long = Выберите не больше десяти лет.

reports-nothing = За это время ничего не отправлялось
reports-nothing-text = Цифры появятся с первой попыткой. Выберите другой период или посмотрите, когда уходят ваши рассылки.
reports-to-mailings = К рассылкам

reports-attempts = Попытки
reports-recipients = Клиенты
reports-sent = Отправлено
reports-failed = Не доставлено
reports-unknown = Неизвестно
reports-skipped = Пропущено
reports-waiting = В очереди
reports-duration = Длительность
reports-outcome = Итог
reports-when = Когда
reports-mailing = Рассылка
reports-message = Сообщение
reports-older = Более ранние
reports-last = последняя { $when }

reports-chart = Отправлено и не доставлено
reports-chart-text = { $period }: отправлено { $sent }, не доставлено { $failed }.

reports-causes = Почему письма не отправлены
reports-why = Причина
reports-deliveries = Отправки
reports-not-yet = Причины подсчитываются, когда попытка завершена.
reports-cause-bad-address = Адрес не существует
reports-cause-bad-address-text = Исправьте или удалите этих клиентов; следующие запуски их пропустят.
reports-cause-refused = Отказ
reports-cause-refused-text = Почтовый сервер не принимает такое письмо; причина — в его ответе.
reports-cause-put-off = Откладывали до последней попытки
reports-cause-put-off-text = Почтовый сервер каждый раз отвечал «позже». Часто это переполненный ящик.
reports-cause-no-answer = Нет ответа
reports-cause-no-answer-text = Соединение каждый раз обрывалось.
reports-cause-unknown = Неизвестно
reports-cause-unknown-text = Письмо передано, но соединение оборвалось до ответа.
reports-cause-skipped = Пропущено
reports-cause-skipped-text = Не пробовали: адрес недоступен, клиент отписался или удалён.

reports-answers = Ответы почтовых серверов
reports-answer = Ответ
reports-no-answers = Ни один почтовый сервер не назвал причину.
reports-other-answers = другие ответы

# В файлах
reports-seconds = Длительность в секундах
reports-seconds-on-average = Средняя длительность в секундах
reports-code = Код
reports-last-attempt = Последняя попытка ({ $zone })
reports-last-reply = Последний ответ
