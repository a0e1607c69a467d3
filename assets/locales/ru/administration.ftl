# Учётные записи в руках администратора.

administration-title = Учётные записи
administration-subtitle = Здесь их создают, изменяют и удаляют; здесь же назначают роли.
administration-new = Новая учётная запись
administration-new-subtitle = Владелец получит письмо со ссылкой, по которой выберет пароль.
administration-make = Создать учётную запись
administration-save = Сохранить
administration-made = Учётная запись создана. На { $email } придёт письмо со ссылкой для выбора пароля.
administration-saved = Сохранено.

administration-email = Электронная почта
administration-name = Имя
administration-roles = Роли
administration-roles-hint = Что разрешено каждой роли, показывает таблица ниже; со своими данными работает любой пользователь.
administration-no-such-role = Роли «{ $name }» нет; отметьте нужные заново.
administration-address-taken = Учётная запись с таким адресом уже есть.
administration-address-of-another = Этот адрес уже у другой учётной записи.
administration-last-admin = Это последний администратор; сначала назначьте другого.
administration-own-address = Собственный адрес меняют на странице «Ваша учётная запись», указав пароль.
administration-other-address = О смене адреса узнают оба почтовых ящика: и старый, и новый.
administration-facts = Сведения, рассылки, блокировка

administration-changed-meanwhile = Тем временем эту учётную запись изменили.
administration-stored-now = Сейчас сохранено: { $email }, { $name }, { $roles }. Если сохранить ещё раз, это заменится тем, что в форме ниже.
administration-no-roles = без ролей

administration-signing-in = Вход
administration-two-factor-hint = Тот, кто потерял второй фактор и резервные коды, сможет войти по одному паролю, когда второй фактор выключен.
administration-two-factor-is-off = Двухфакторный вход выключен.
administration-two-factor-switch-off = Выключить двухфакторный вход
administration-two-factor-was-switched-off = Двухфакторный вход выключен; для входа достаточно пароля.
administration-own-two-factor = Собственный двухфакторный вход выключают на странице «Ваша учётная запись», указав пароль и код.
administration-sessions-hint = Завершает все сеансы этой учётной записи на всех устройствах.
administration-sessions-end = Завершить все сеансы
administration-sessions-ended = Все сеансы завершены.

administration-rights = Что разрешено ролям
administration-right = Право
administration-yes = да

administration-delete-title = Удалить эту учётную запись
administration-delete-consequence = Вместе с ней исчезнут { $recipients }, { $messages }, { $mailings } и { $attempts } с записью о каждой отправке. Всё запущенное остановится. Вернуть это будет нельзя.
administration-messages = { $count ->
    [one] { $count } сообщение
    [few] { $count } сообщения
    [many] { $count } сообщений
   *[other] { $count } сообщения
}
administration-mailings = { $count ->
    [one] { $count } рассылка
    [few] { $count } рассылки
    [many] { $count } рассылок
   *[other] { $count } рассылки
}
administration-attempts = { $count ->
    [one] { $count } попытка
    [few] { $count } попытки
    [many] { $count } попыток
   *[other] { $count } попытки
}
administration-delete-confirm = Введите адрес для подтверждения
administration-delete-other-address = Это не адрес этой учётной записи.
administration-delete = Удалить учётную запись
administration-delete-own = Собственную учётную запись удаляют на странице «Ваша учётная запись», указав пароль.
administration-deleted = Учётная запись { $email } закрыта; её данные удаляются.
