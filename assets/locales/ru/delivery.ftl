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
