attempts-title = Попытки
attempts-title-of = { $mailing }: попытка { $id }
attempts-subtitle = Каждый запуск ваших рассылок и его итог.
attempts-of-owner = Все запуски рассылки пользователя { $name }, { $email }.
attempts-empty = Пока ничего не отправлено
attempts-empty-detail = Здесь появится каждый запуск рассылки.
attempts-to-mailings = К рассылкам
attempts-to-mailing = К рассылке
attempts-to-first = К первой попытке
attempts-older = Раньше
attempts-next = Далее

attempts-mailing = Рассылка
attempts-started = Начало
attempts-status = Статус
attempts-progress = Ход
attempts-sent = Отправлено
attempts-not-sent = Не отправлено
attempts-last-reply = Ответ

# Где попытка сейчас, одним словом.
attempts-running = идёт
attempts-stopped = остановлена
attempts-held = ждёт
attempts-succeeded = успешна
attempts-partial = частично
attempts-failed = не удалась

# Откуда она.
attempts-scheduled = По расписанию на { $when }
attempts-by-hand = Запущена вручную { $when }
attempts-repeated = Повтор для тех, кто не получил, { $when }

# Пока идёт.
attempts-subject = «{ $subject }»
attempts-last-reply-was = Последний ответ почтового сервера: { $reply }
attempts-newest = Последние отправки
attempts-held-explained = Ждём почтовый сервер; отказом это никому не засчитано.
attempts-held-until = Следующая проба: { $clock } ({ $zone }).
attempts-stopped-explained = Рассылка остановлена. Остальное уйдёт, когда её продолжат.
attempts-finished = Завершена { $when }, длилась { $duration }.

# Что можно сделать для тех, кто не получил.
attempts-repeat-stopped = Рассылка приостановлена или запрещена: пока это так, отправить никому нельзя.
attempts-repeat-rule = Кто уже получил это сообщение или мог получить, второй раз его не получит.
attempts-repeat-failed = { $count ->
    [one] Повторить для { $count } неудачной отправки
    [few] Повторить для { $count } неудачных отправок
    [many] Повторить для { $count } неудачных отправок
   *[other] Повторить для { $count } неудачной отправки
}
attempts-repeat-failed-and-more = Повторить для { $count } и более неудачных отправок
attempts-repeat-missing = Отправить всем, кто не получил

# Её отправки.
attempts-deliveries = Отправки
attempts-recipient = Клиент
attempts-state = Состояние
attempts-every-state = Любое состояние
attempts-tries = Пробы
attempts-reply = Ответ сервера
attempts-when = Когда
attempts-when-in = Когда ({ $zone })
attempts-again-at = снова в { $clock }
attempts-search-hint = Адрес, имя или ответ
attempts-search-deliveries = Поиск отправок
attempts-filter = Показать
attempts-no-deliveries = Ничего нет
attempts-no-deliveries-detail = У этой попытки нет отправок с таким состоянием и текстом.

# Почему ничего не запущено.
attempts-refused-running = Эта попытка ещё идёт; новую можно начать, когда она завершится.
attempts-refused-paused = Рассылка приостановлена. Сначала продолжите её.
attempts-refused-stopped = Рассылка остановлена навсегда. Чтобы отправить снова, скопируйте её.
attempts-refused-disabled = Менеджер запретил эту рассылку, запустить её нельзя.
attempts-refused-disabled-because = Менеджер запретил эту рассылку, запустить её нельзя. Причина: { $reason }
attempts-refused-blocked = Ваша учётная запись заблокирована, запустить ничего нельзя.
attempts-refused-file = Эту попытку повторить нельзя: файл, который уходил с ней, убран из сообщения и больше не хранится.
attempts-refused-ended = Срок рассылки истёк. Сначала измените её и выберите более поздний срок.
attempts-nobody-to-send-to = Отправлять некому: у рассылки нет клиентов, до которых можно дойти.
attempts-nobody-missing = Все, кому предназначена рассылка и до кого можно дойти, уже получили это сообщение.
attempts-nobody-failed = Повторять некому: неудачные отправки с тех пор дошли, или этих клиентов удалили.

# Её числа; каждый клиент учтён ровно в одном.
attempts-figure-sent = Принято почтовым сервером
attempts-figure-failed = Отказано окончательно
attempts-figure-unknown = Исход неизвестен
attempts-figure-skipped = Не отправлялось
attempts-figure-waiting = Ожидает
attempts-sum = { $sum } = { $recipients }

# Её скорость.
attempts-rate = Скорость
attempts-per-second = { $count } в секунду
attempts-per-minute = { $count } в минуту
attempts-time-left = Осталось
attempts-left-moment = меньше минуты
attempts-left-minutes = около { $count } мин
attempts-left-longer = около { $time }
attempts-elapsed = Прошло
attempts-stands-still = { $count ->
    [one] Сейчас ничего не отправляется: { $count } клиент ждёт следующей пробы, она будет в { $clock }.
    [few] Сейчас ничего не отправляется: { $count } клиента ждут следующей пробы, ближайшая в { $clock }.
    [many] Сейчас ничего не отправляется: { $count } клиентов ждут следующей пробы, ближайшая в { $clock }.
   *[other] Сейчас ничего не отправляется: { $count } клиента ждут следующей пробы, ближайшая в { $clock }.
}

# Кто не получил: по ответам почтовых серверов.
attempts-answers = Кто не получил и почему
attempts-answer-means = Что это значит
attempts-answer-said = Ответ сервера
attempts-answer-show = { $count ->
    [one] Показать { $count } отправку
    [few] Показать { $count } отправки
    [many] Показать { $count } отправок
   *[other] Показать { $count } отправки
}
attempts-answers-others = { $count ->
    [one] Ещё у { $count } отправки другой ответ, или она пока не сосчитана.
    [few] Ещё у { $count } отправок другие ответы, или они пока не сосчитаны.
    [many] Ещё у { $count } отправок другие ответы, или они пока не сосчитаны.
   *[other] Ещё у { $count } отправки другие ответы, или они пока не сосчитаны.
}
attempts-only-answer = Только этот ответ: { $answer }
attempts-all-answers = Показать все отправки
attempts-csv = Скачать CSV
attempts-csv-hint = Всё, что выбрано здесь, на всех страницах.
attempts-email = Адрес
attempts-name = Имя
attempts-code = Код

# Письмо владельцу.
attempts-mail-hello = Здравствуйте!
attempts-mail-hello-name = Здравствуйте, { $name }!
attempts-mail-held = «{ $mailing }» ждёт почтовый сервер
attempts-mail-held-news = Уже больше часа почтовый сервер не принимает рассылку «{ $mailing }»: { $reason }. Отказом это никому не засчитано, Periodical продолжает пробовать, но сервер или его настройки стоит проверить.
attempts-mail-failed = «{ $mailing }» не дошла ни до кого
attempts-mail-partial = { $count ->
    [one] «{ $mailing }» не дошла до { $count } клиента
    [few] «{ $mailing }» не дошла до { $count } клиентов
    [many] «{ $mailing }» не дошла до { $count } клиентов
   *[other] «{ $mailing }» не дошла до { $count } клиента
}
attempts-mail-succeeded = «{ $mailing }» отправлена
attempts-mail-news = Попытка рассылки «{ $mailing }», начатая { $when }, завершена. В ней { $recipients }: { $figures }.
attempts-mail-sent = принято почтовым сервером: { $count }
attempts-mail-refused = отказано окончательно: { $count }
attempts-mail-unknown = исход неизвестен: { $count }
attempts-mail-skipped = не отправлялось: { $count }
attempts-mail-reasons = Самые частые причины:
attempts-mail-reason = { $reason }: { $count }
attempts-mail-details = Кто это, что ответили серверы и кнопка, чтобы отправить ещё раз:
attempts-mail-why = Какие из этих писем получать, решаете вы:

# Что сужает список.
attempts-runs = Запуски
attempts-search = Поиск попыток по рассылке
attempts-mailing-name = Название рассылки
attempts-every-status = Любой статус
attempts-period = Когда началась
attempts-any-time = За всё время
attempts-last-day = За сутки
attempts-last-week = За 7 дней
attempts-last-month = За 30 дней
attempts-last-year = За год
attempts-none-found = Ничего не найдено
attempts-none-found-detail = Такой попытки нет.
