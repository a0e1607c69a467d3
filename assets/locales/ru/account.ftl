# Своя учётная запись.

account-title = Ваша учётная запись
account-tab-profile = Профиль
account-tab-email = Почта
account-tab-password = Пароль
account-tab-two-factor = Двухфакторный вход
account-tab-sessions = Сеансы
account-tab-tokens = Токены API
account-tab-webhooks = Вебхуки
account-tab-delete = Удаление
account-back = К учётной записи
account-to = К учётной записи

# Профиль

account-name-hint = Его видят клиенты, когда отвечают на письмо.
account-language = Язык
account-language-hint = Этих страниц и писем, которые вы отсюда получаете.
account-language-browser = Как в браузере
account-zone = Часовой пояс
account-zone-hint = С него начинаются новые рассылки, в нём показывается время в вашей учётной записи и у других пользователей.
account-zone-now = С него начинаются новые рассылки, в нём показывается время в вашей учётной записи и у других пользователей. Сейчас там { $time }.
account-zone-none = Не выбран
account-notify = Письма о попытках
account-notify-hint = Когда рассылка отправлена или почтовый сервер задерживает её больше часа.
account-notify-problems = Только если что-то пошло не так
account-notify-always = О каждой попытке
account-notify-never = Никогда
account-save = Сохранить
account-saved = Сохранено.
account-bad-language = Выберите язык из списка.
account-bad-zone = Выберите часовой пояс из списка.

# Пароль

account-present-password = Текущий пароль
account-password-hint = Не меньше { $min } символов. Во всех остальных браузерах будет выполнен выход, а токены API перестанут действовать.
account-change-password = Сменить пароль
account-password-changed = Пароль изменён. Во всех остальных браузерах выполнен выход.
account-wrong-password = Это не ваш пароль.

# Почта

account-email-present = Ваш адрес: { $email }. Он останется прежним, пока не откроют ссылку из письма на новый.
account-email-new = Новый адрес почты
account-email-submit = Отправить ссылку
account-email-same = Это и есть ваш адрес.
account-email-sent = Мы написали на { $new }. Откройте ссылку из письма в течение 24 часов; до тех пор вашим адресом остаётся { $present }, мы написали и туда.
account-email-confirm-title = Подтвердите новый адрес
account-email-confirm = С этого момента вы будете входить с адресом { $email }.
account-email-confirm-submit = Подтвердить
account-email-changed-title = Адрес изменён
account-email-changed = Теперь адрес вашей учётной записи { $email }.
account-email-taken-title = У этого адреса другая учётная запись
account-email-taken = Его заняли после вашего запроса. Ничего не изменилось: входите с прежним адресом.
account-email-other = Выбрать другой адрес
account-email-bad-link = Возможно, ею уже воспользовались, срок её действия истёк (24 часа), её заменила более поздняя или она пришла не целиком. Смена пароля тоже её отменяет.
account-email-again = Запросить новую ссылку

# Сеансы

account-sessions-hint = Браузеры, в которых вы вошли. Сеанс заканчивается через неделю после последнего использования и через 30 дней после входа.
account-sessions-end-others = Выйти во всех остальных
account-session-browser = Браузер
account-session-since = Вход
account-session-seen = Последний раз
account-session-acts = Действия
account-session-own = Этот
account-session-end-own = Выйти здесь
account-session-end = Выйти
account-session-ended = В том браузере выполнен выход.
account-session-ended-before = В том браузере выход уже был выполнен.
account-sessions-ended = { $count ->
    [0] Других браузеров не было.
    [one] Выполнен выход в { $count } браузере.
    [few] Выполнен выход в { $count } браузерах.
    [many] Выполнен выход в { $count } браузерах.
   *[other] Выполнен выход в { $count } браузерах.
}
account-agent = { $browser }, { $system }
account-agent-unknown = Неизвестный браузер
account-agent-unknown-on = Неизвестный браузер, { $system }

# Удаление

account-delete-title = Что исчезнет вместе с учётной записью
account-delete-recipients = { $count ->
    [one] { $count } клиент
    [few] { $count } клиента
    [many] { $count } клиентов
   *[other] { $count } клиента
}
account-delete-messages = { $count ->
    [one] { $count } сообщение
    [few] { $count } сообщения
    [many] { $count } сообщений
   *[other] { $count } сообщения
}
account-delete-mailings = { $count ->
    [one] { $count } рассылка
    [few] { $count } рассылки
    [many] { $count } рассылок
   *[other] { $count } рассылки
}
account-delete-attempts = { $count ->
    [one] { $count } попытка с записью о каждой отправке
    [few] { $count } попытки с записью о каждой отправке
    [many] { $count } попыток с записью о каждой отправке
   *[other] { $count } попытки с записью о каждой отправке
}
account-delete-running = { $count ->
    [one] Сейчас идёт { $count } попытка. Письма в пути будут доставлены, больше ничего не отправится.
    [few] Сейчас идут { $count } попытки. Письма в пути будут доставлены, больше ничего не отправится.
    [many] Сейчас идёт { $count } попыток. Письма в пути будут доставлены, больше ничего не отправится.
   *[other] Сейчас идёт { $count } попытки. Письма в пути будут доставлены, больше ничего не отправится.
}
account-delete-last-admin = Вы последний администратор: без вас никто не сможет выдавать роли. Сначала назначьте кого-нибудь ещё.
account-delete-final = Вернуть ничего из этого нельзя.
account-delete-submit = Удалить мою учётную запись
account-deleted-title = Ваша учётная запись удалена
account-deleted = Вы вышли из системы везде, а всё ваше удаляется. Об этом придёт последнее письмо.

# Двухфакторный вход

account-factor-state = Двухфакторный вход { $state }
account-factor-off = выключен
account-factor-on = включён
account-factor-why = С ним для входа нужен пароль и код, который показывает приложение на вашем телефоне: тот, кто узнает один только пароль, не войдёт.
account-factor-apps = Понадобится приложение для одноразовых кодов, например Aegis, FreeOTP, Google Authenticator или ваш менеджер паролей.
account-factor-start = Настроить
account-factor-set-up = Настройте приложение
account-factor-scan = Отсканируйте этот код приложением или введите в него ключ.
account-factor-key = Ключ: { $key }
account-factor-type = Введите код, который оно показывает. После этого он будет нужен при входе; до тех пор ничего не включено, и страницу можно закрыть.
account-factor-switch-on = Включить
account-factor-qr = QR-код для приложения
account-factor-wrong = Сейчас приложение показывает другой код. Верно ли идут его часы?
account-factor-on-before = Двухфакторный вход уже включён. Если вы не сохранили коды восстановления, создайте ниже новые.
account-factor-overdue = Прошло слишком много времени, или это сделано в другой вкладке. Начните заново.
account-factor-how = Для входа нужен пароль и код из приложения или один из кодов восстановления.
account-factor-code-hint = Из приложения, или код восстановления.
account-factor-end = Выключение
account-factor-end-hint = После этого будет достаточно одного пароля.
account-factor-switch-off = Выключить
account-factor-ended = Двухфакторный вход выключен. Теперь достаточно одного пароля.
account-codes-left = Коды восстановления: осталось { $left }
account-codes-few = Создайте новые, пока они не понадобились.
account-codes-hint = Каждый один раз пускает без приложения. Новые заменяют все прежние.
account-codes-new = Создать новые коды
account-codes-on = Двухфакторный вход включён.
account-codes-title = Ваши коды восстановления
account-codes-keep = Каждый пускает один раз, если вы потеряли приложение. Распечатайте страницу или сохраните коды в надёжном месте: больше они не показываются.
account-codes-kept = Коды сохранены
