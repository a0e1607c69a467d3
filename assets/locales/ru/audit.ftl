# Запись о том, что сделали менеджеры, контент-менеджеры и администраторы.

audit-title = Журнал действий
audit-subtitle = Что сделали менеджеры, контент-менеджеры и администраторы и какие созданы токены API и вебхуки. Записи остаются и тогда, когда названных в них учётных записей уже нет.
audit-older = Раньше
audit-filter = Показать
audit-when = Когда
audit-when-zone = Когда ({ $zone })
audit-who = Кто
audit-what = Что сделано
audit-to-whom = Объект
audit-why = Подробности
audit-everything = Любые действия
audit-nothing = Ничего нет
audit-nothing-advice = Таких действий не было.
audit-shell = командная строка

audit-block-user = Блокировка пользователя
audit-unblock-user = Разблокировка пользователя
audit-disable-mailing = Отключение рассылки
audit-enable-mailing = Включение рассылки
audit-create-user = Создание учётной записи
audit-edit-user = Изменение учётной записи
audit-change-roles = Изменение ролей
audit-set-password = Установка пароля
audit-switch-off-two-factor = Выключение двухфакторного входа
audit-end-sessions = Завершение сеансов
audit-delete-user = Удаление учётной записи
audit-test-mail = Отправка пробного письма
audit-create-post = Создание статьи
audit-schedule-post = Назначение публикации статьи
audit-publish-post = Публикация статьи
audit-unpublish-post = Снятие статьи с публикации
audit-delete-post = Удаление статьи
audit-create-token = Создание токена
audit-revoke-token = Отзыв токена
audit-create-webhook = Создание вебхука
audit-readdress-webhook = Смена адреса вебхука
audit-delete-webhook = Удаление вебхука

audit-email-changed = Адрес: было { $from }, стало { $to }
audit-name-changed = Имя: было { $from }, стало { $to }
audit-roles-given = Выданы роли: { $roles }
audit-roles-taken = Отозваны роли: { $roles }
audit-sessions-ended = Все сеансы завершены
audit-published-at = Будет опубликована { $moment }
audit-token = «{ $name }»: { $scopes }
audit-webhook = Адрес: { $host }
audit-tested-address = Кому: { $email }
audit-test-sent = Сервер принял письмо: { $answer }
audit-test-failed = Письмо не ушло: { $answer }

audit-reason = Причина
audit-reason-missing = Укажите причину: её прочитает тот, кого это касается.
