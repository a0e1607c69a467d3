# Что стало с отправкой, одним словом.

delivery-waiting = ожидает
delivery-sent = отправлено
delivery-failed = не доставлено
delivery-unknown = неизвестно
delivery-skipped = пропущено

# Замечания самого Periodical об отправке или задержке. Слова серверов не переводятся.

delivery-refused-before = Пропущено: этот адрес уже отклоняли: { $reply }
delivery-recipient-deleted = Пропущено: клиент удалён до отправки.
delivery-unsubscribed = Пропущено: клиент отписался.
delivery-unsubscribed-since = Пропущено: клиент отписался до отправки.
delivery-stopped = Пропущено: рассылку остановили до отправки.
delivery-given-up = { $tries ->
    [one] { $said } (после { $tries } попытки больше не пробуем)
    [few] { $said } (после { $tries } попыток больше не пробуем)
    [many] { $said } (после { $tries } попыток больше не пробуем)
   *[other] { $said } (после { $tries } попытки больше не пробуем)
}
delivery-holder-died = Процесс, отправлявший это письмо, прервался раньше, чем стал известен исход; эта рассылка не повторяет такие письма.
delivery-process-died = Процесс прервался между последним байтом письма и ответом сервера.
delivery-broke-off = Отправка этого письма прервалась внутри Periodical.
delivery-unmade = Письмо не удалось составить: { $why }
delivery-unmade-message = Из сообщения не получается письмо: { $why }
delivery-nobody = Отправлять было некому.
delivery-journal-unwritable = Не удаётся записать журнал отправок в DATA_DIR: { $why }
delivery-silent-server = Почтовый сервер не принимает до конца ни одного письма: { $said }

# Неполадки между Periodical и почтовым сервером.

delivery-no-connection = нет соединения с { $server }: { $why }
delivery-no-tls = нет защищённого соединения с { $server }: { $why }
delivery-not-taken = сервер не принимает нас: { $reply }
delivery-login-refused = сервер отклоняет логин или пароль: { $reply }
delivery-no-starttls = сервер не предлагает STARTTLS, а TLS обязателен
delivery-password-unsafe = без TLS и действительного сертификата пароль не отправляется
delivery-no-login = сервер не предлагает ни AUTH PLAIN, ни AUTH LOGIN, а пароль задан
delivery-broken-off = связь прервалась раньше, чем письмо передано: { $why }
delivery-no-reply = после письма сервер не ответил: { $why }

# Что значит отказ и что можно сделать.

delivery-means-address-unknown = Адрес неизвестен
delivery-means-address-unknown-advice = Такого ящика нет. Исправьте адрес или удалите клиента.
delivery-means-mailbox-full = Ящик переполнен
delivery-means-mailbox-full-advice = Повторите через несколько дней.
delivery-means-mailbox-closed = Ящик закрыт
delivery-means-mailbox-closed-advice = Он есть, но почту не принимает. Спросите у клиента другой адрес.
delivery-means-too-large = Письмо слишком большое
delivery-means-too-large-advice = Сократите сообщение и отправьте ещё раз.
delivery-means-spam = Принято за спам
delivery-means-spam-advice = Письмо или отправитель кажутся серверу подозрительными. Измените сообщение и проверьте, ждут ли его эти клиенты.
delivery-means-listed = Отправитель в чёрном списке
delivery-means-listed-advice = У отправляющего сервера плохая репутация. Убрать его из списка может его владелец.
delivery-means-unauthenticated = Отправитель не подтверждён
delivery-means-unauthenticated-advice = У домена отправителя нет SPF, DKIM или DMARC либо в них ошибка. Настроить их должен владелец домена.
delivery-means-policy = Запрещено правилами сервера
delivery-means-policy-advice = Причина, если она названа, — в ответе сервера.
delivery-means-content = Письмо в таком виде не принимают
delivery-means-content-advice = Серверу не подходит форма или содержание письма.
delivery-means-later = Отложено
delivery-means-later-advice = Сервер просит прийти позже.
delivery-means-refused = Отказ
delivery-means-refused-advice = Известной здесь причины сервер не назвал; смотрите его слова.
delivery-means-no-answer = Нет ответа
delivery-means-no-answer-advice = Разговор с сервером прервался.
delivery-means-not-tried = Не отправлялось
delivery-means-not-tried-advice = Этим клиентам ничего не отправляли.
delivery-means-ours = Ошибка на нашей стороне
delivery-means-ours-advice = Отправить не смог сам Periodical; клиент ни при чём.
delivery-means-refused-before = Адрес уже отклоняли
delivery-means-refused-before-advice = Почтовый сервер сообщил, что его нет. Исправьте адрес, и он снова участвует.
delivery-means-unsubscribed = Отписались
delivery-means-unsubscribed-advice = Эти клиенты больше не хотят писем от вас.
