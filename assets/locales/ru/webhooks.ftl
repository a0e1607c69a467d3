# Вебхуки: программы пользователей, которым сообщают о событиях.

webhooks-hint = Ваши программы, которым мы сообщаем о событиях подписанным запросом на их адрес.
webhooks-none = Вебхуков пока нет
webhooks-none-hint = Вебхук — это адрес вашей программы. Мы сообщим ей, когда попытка начнётся или закончится и когда окажется, что адреса клиента не существует.
webhooks-new = Новый вебхук
webhooks-new-hint = Каждое событие отправляется на этот адрес запросом POST с JSON. Если ответ не 2xx, запрос повторяется в течение трёх суток.
webhooks-edit-title = Изменение вебхука
webhooks-url = Адрес
webhooks-url-hint = Начинается с https:// и доступен из интернета.
webhooks-events = События
webhooks-events-label = О чём сообщать
webhooks-event-started = Попытка началась
webhooks-event-finished = Попытка закончилась
webhooks-event-undeliverable = Адреса клиента не существует
webhooks-state = Статус
webhooks-created = Создан
webhooks-make = Создать вебхук
webhooks-save = Сохранить
webhooks-saved = Сохранено.
webhooks-conflict = Тем временем вебхук изменили.
webhooks-conflict-text = Сейчас сохранено: { $url }, события: { $events }. Если сохранить ещё раз, это заменится тем, что ниже.

webhooks-error-url = Это не адрес в интернете. Он выглядит так: https://example.org/hook.
webhooks-error-https = Адрес должен начинаться с https://, чтобы никто не читал запросы по пути.
webhooks-error-password = Уберите имя пользователя и пароль: вместо них запросы подписываются.
webhooks-error-fragment = Уберите всё после #: эта часть никогда не отправляется.
webhooks-error-private = Этот адрес в частной сети. Можно указать только адрес, доступный всему интернету.
webhooks-error-no-event = Выберите хотя бы одно событие.
webhooks-error-unknown-event = Такого события нет.
webhooks-error-too-many = У вас уже { $max } вебхуков — больше нельзя. Сначала удалите один из них.

webhooks-made = Вебхук создан.
webhooks-secret = Секрет
webhooks-secret-once = Он показан только сейчас. По нему ваша программа отличит наши запросы от чужих.
webhooks-secret-kept = Секрет сохранён
webhooks-secret-new = Новый секрет
webhooks-secret-question = Заменить секрет?
webhooks-secret-consequence = После этого запросы будут подписаны новым секретом, и программа, которая знает только старый, их отвергнет.
webhooks-secret-replaced = Секрет заменён. Старый больше не действует.
webhooks-verify = Как программе убедиться, что запрос от нас
webhooks-verify-libraries = Запросы подписаны по правилам { $specification }; библиотеки есть для большинства языков. Вручную:
webhooks-verify-text = Соедините точками заголовок с идентификатором, заголовок со временем и тело в том виде, в каком оно пришло: { $text }.
webhooks-verify-mac = Вычислите HMAC-SHA256; ключ — секрет без { $secret }, раскодированный из base64.
webhooks-verify-compare = В заголовке { $header } должно быть { $version } и результат в base64.
webhooks-verify-time = Отвергайте то, что по заголовку { $header } старше пяти минут, и запоминайте идентификаторы: одно событие может прийти дважды.

webhooks-on = Включён
webhooks-off = Выключен
webhooks-failing = Сбои
webhooks-off-failing = Отключён из-за ошибок
webhooks-failing-since = Ничего не удаётся доставить с { $moment }.
webhooks-rests = Следующая попытка: { $moment }.
webhooks-overflows = Этого вебхука ждёт больше { $max } событий. Пока их не станет меньше, о клиентах с несуществующими адресами ему не сообщается.
webhooks-off-owner-since = Вы выключили этот вебхук: { $moment }. Пока он выключен, события для него не записываются.
webhooks-off-failing-since = Вебхук отключён, потому что несколько дней ничего не удавалось доставить: { $moment }. То, что ещё ждёт, будет отправлено, когда вы его включите.
webhooks-off-gone-since = Вебхук отключён, потому что программа ответила, что её больше нет (410): { $moment }. То, что ещё ждёт, будет отправлено, когда вы его включите.
webhooks-switch-on = Включить
webhooks-switch-off = Выключить
webhooks-switched-on = Вебхук снова включён.
webhooks-switched-off = Вебхук выключен.
webhooks-refused-off = Вебхук выключен. Сначала включите его.
webhooks-test = Отправить пробное событие
webhooks-edit = Изменить
webhooks-delete = Удалить
webhooks-delete-question = Удалить этот вебхук?
webhooks-delete-consequence = Больше ему ничего не отправляется, а журнал отправленного исчезнет.
webhooks-deleted = Вебхук удалён.

webhooks-log = Что отправлено
webhooks-log-hint = { $days ->
    [one] Хранится { $days } день.
    [few] Хранится { $days } дня.
   *[other] Хранится { $days } дней.
}
webhooks-log-none = Пока ничего
webhooks-log-none-hint = Пробное событие сразу покажет, отвечает ли адрес.
webhooks-log-moment = Когда
webhooks-log-event = Событие
webhooks-log-tries = Попыток
webhooks-log-answer = Ответ
webhooks-log-older = Раньше
webhooks-waiting = Ждёт
webhooks-sent = Отправлено
webhooks-failed = Не удалось
webhooks-again-at = Ещё раз: { $moment }
webhooks-tried-at = Последняя попытка
webhooks-payload = Тело запроса
webhooks-redeliver = Отправить ещё раз
webhooks-back = К вебхуку

webhooks-failure-private = Адрес ведёт в частную сеть
webhooks-failure-unresolved = Имя не найдено
webhooks-failure-unreachable = Нет соединения
webhooks-failure-tls = Сертификат не подходит
webhooks-failure-timeout = Ответ не пришёл вовремя
webhooks-failure-unanswered = Соединение оборвалось
webhooks-failure-secret = Секрет не читается; создайте новый

webhooks-mail-hello = Здравствуйте!
webhooks-mail-hello-name = Здравствуйте, { $name }!
webhooks-mail-subject = Ваш вебхук отключён
webhooks-mail-failing = { $days ->
    [one] До вашего вебхука { $url } { $days } день ничего не удавалось доставить, поэтому он отключён.
    [few] До вашего вебхука { $url } { $days } дня ничего не удавалось доставить, поэтому он отключён.
   *[other] До вашего вебхука { $url } { $days } дней ничего не удавалось доставить, поэтому он отключён.
}
webhooks-mail-gone = Ваш вебхук { $url } ответил, что его больше нет (410), поэтому он отключён.
webhooks-mail-next = На его странице видны последние ответы. Когда программа снова заработает, включите вебхук там — то, что ещё ждёт, будет отправлено.
