# Рассылки: список, форма, страница рассылки.

mailings-title = Рассылки
mailings-subtitle = Одно сообщение, много клиентов, расписание.
mailings-new = Новая рассылка
mailings-new-subtitle = Выберите сообщение, клиентов и время. В назначенный срок рассылка начнётся сама.
mailings-edit = Изменить рассылку
mailings-search = Поиск по рассылкам
mailings-older = Более ранние
mailings-none = Рассылок пока нет
mailings-none-text = Выберите сообщение, клиентов и время отправки.
mailings-nothing-found = Ничего не найдено
mailings-nothing-found-text = Нет рассылки с такими словами в названии и в таком состоянии.

mailings-name = Название
mailings-status = Статус
mailings-goes-out = Периодичность
mailings-next-run = Следующий раз
mailings-actions = Действия
mailings-message = Сообщение
mailings-recipients = Клиенты
mailings-subject = «{ $subject }»

mailings-created = создана
mailings-running = запущена
mailings-completed = завершена
mailings-paused = на паузе
mailings-disabled = отключена

mailings-next-not-disabled = нет, пока отключена
mailings-next-when-resumed = после снятия с паузы
mailings-next-none = нет

mailings-act-edit = Изменить
mailings-act-delete = Удалить
mailings-act-start = Запустить сейчас
mailings-act-pause = Приостановить
mailings-act-resume = Продолжить
mailings-delete-question = Удалить «{ $name }»?
mailings-delete-consequence = Вместе с рассылкой удалятся её попытки и записи об отправках. Чтобы их сохранить, остановите рассылку, не удаляя.

mailings-saved = Рассылка сохранена. Она уйдёт сама в указанное ниже время.
mailings-changed = Сохранено.
mailings-deleted = Рассылка и её попытки удалены.
mailings-paused-now = Рассылка на паузе. Ничего не отправляется, пока вы её не продолжите.
mailings-resumed-now = Рассылка продолжена. Следующий запуск указан ниже.

# Форма
mailings-save-new = Сохранить рассылку
mailings-save = Сохранить
mailings-first-recipient = Сначала нужен клиент
mailings-first-recipient-text = Рассылка уходит вашим клиентам; добавьте первого.
mailings-first-recipient-act = Новый клиент
mailings-first-message = Сначала нужно сообщение
mailings-first-message-text = Рассылка отправляет одно из ваших сообщений; напишите первое.
mailings-first-message-act = Новое сообщение
mailings-name-hint = Для вас. Клиенты видят тему сообщения, а это название стоит только в заголовке List-Id письма.
mailings-choose = Выберите…
mailings-to-whom = Кому
mailings-all = Всем моим клиентам
mailings-all-detail = Сейчас их { $count }; получат те, кто есть в момент запуска
mailings-ticked = Только отмеченным
mailings-ticked-detail = Отметьте их ниже
mailings-picker-search = Найти клиентов, чтобы отметить
mailings-picker-placeholder = Адрес, имя или комментарий
mailings-picker-find = Найти
mailings-picker-hint = Отмеченные остаются, пока вы ищете других. Кроме них показывается не больше 50.
mailings-when = Когда отправлять
mailings-how-often = Периодичность
mailings-start = Начало
mailings-start-hint = В прошлом или сейчас: уйдёт сразу.
mailings-end = Окончание
mailings-end-hint = В этот момент и позже запусков не будет.
mailings-zone = Часовой пояс
mailings-resend = Отправлять повторно, если ответ сервера потерян
mailings-resend-hint = Если связь оборвалась после последнего байта письма, неизвестно, принято ли оно. С отметкой оно уйдёт ещё раз с тем же Message-ID, без неё останется с пометкой «неизвестно».

mailings-conflict = Тем временем эту рассылку изменили в другой вкладке.
mailings-conflict-stored-all = Сейчас сохранено: «{ $name }», сообщение «{ $subject }» всем вашим клиентам, { $schedule }.
mailings-conflict-stored-ticked = Сейчас сохранено: «{ $name }», сообщение «{ $subject }» отмеченным клиентам, { $schedule }.
mailings-conflict-then = { $link }; если сохранить ещё раз, её заменит то, что ниже.
mailings-conflict-look = Посмотреть

mailings-error-message = Выберите сообщение.
mailings-error-message-gone = Этого сообщения больше нет; выберите другое.
mailings-error-none-ticked = Выберите хотя бы одного клиента или всех сразу.
mailings-error-too-many = Выбрано { $count }; можно не больше { $most }. Выберите всех сразу.
mailings-error-period = Выберите периодичность.
mailings-error-zone = Часового пояса `{ $zone }` нет; выберите из списка.
mailings-error-end-passed = Это время уже прошло; выберите окончание в будущем.
mailings-error-end-before-start = Окончание должно быть позже начала.
mailings-error-no-recipients = Клиентов пока нет; добавьте первого и сохраните ещё раз.
mailings-error-recipients-gone = Некоторых выбранных клиентов больше нет; просмотрите список и сохраните ещё раз.
mailings-error-audience = здесь указывают либо «all»: true, либо «ids»: […]

# Почему нельзя удалить клиента или сообщение.
mailings-used-somewhere = { $what } используется в рассылке; сначала измените её.
mailings-used-by-one = { $what } используется в рассылке { $names }; сначала измените её.
mailings-used-by-several = { $what } используется в рассылках { $names }; сначала измените их.

# Страница рассылки
mailings-of-owner = Владелец: { $name }, { $email }
mailings-to-owner = К владельцу
mailings-owner-blocked = Владелец заблокирован: эта рассылка не отправляется.
mailings-disabled-because = Менеджер отключил эту рассылку:
mailings-attempts = Попытки
mailings-all-attempts = Все попытки
mailings-no-attempts = Пока ничего не отправлялось
mailings-no-attempts-text = Здесь появится каждый запуск: кто получил письмо, а кто нет.
mailings-all-of-yours = Все ваши, сейчас { $count }
mailings-all-of-theirs = Все клиенты владельца, сейчас { $count }
mailings-picked = Выбрано: { $count }
mailings-if-lost = Если ответ потерян
mailings-if-lost-resend = Отправить повторно с тем же Message-ID
mailings-if-lost-leave = Оставить с пометкой «неизвестно»
mailings-next-runs = Следующие запуски
mailings-no-run-left = Запусков больше не будет.
mailings-no-run-left-edit = Запусков больше не будет. Измените расписание, чтобы рассылка ушла снова.
mailings-due-now = сейчас
mailings-none-goes-blocked = Владелец заблокирован: ни один из них не состоится.
mailings-none-goes-disabled = Отключена менеджером: ни один из них не состоится.
mailings-none-goes-paused-by-owner = Владелец поставил её на паузу: ни один из них не состоится.
mailings-none-goes-paused = На паузе: ни один из них не состоится, пока вы её не продолжите.
mailings-start-now-instead = «Запустить сейчас» отправит её сразу, не дожидаясь этого времени.

mailings-state = Состояние
mailings-state-every = Любое состояние
mailings-state-running = Отправляются сейчас
mailings-state-waiting = Ждут следующего запуска
mailings-state-paused = На паузе или отключены
mailings-state-completed = Завершены
mailings-last-run = Прошлый раз
mailings-never-ran = ещё не было
mailings-sent-of = Отправлено { $sent } из { $total }
mailings-held = ждёт почтовый сервер
mailings-recipients-or-more = { $count } клиентов или больше
mailings-stopped = остановлена
mailings-stopping = останавливается

mailings-act-stop = Остановить
mailings-act-clone = Копировать
mailings-start-question = Отправить «{ $name }» сейчас? Получат: { $recipients }
mailings-start-once = Это единственный запуск рассылки: в назначенное время она уже не уйдёт.
mailings-start-beside = Этот запуск сверх расписания, которое не меняется. Каждый клиент получит сообщение один раз.
mailings-stop-question = Остановить «{ $name }» навсегда?
mailings-stop-consequence = Запусков больше не будет, а те, кому письмо ещё не ушло, будут пропущены. Записи об отправленном останутся. Чтобы отправить её позже снова, скопируйте рассылку; чтобы прервать на время, поставьте на паузу.
mailings-stopped-now = Рассылка остановлена навсегда. То, что уже уходит, дойдёт; остальные будут пропущены.
mailings-copy-of = Копия: { $name }
mailings-no-run-stopped = Рассылка остановлена навсегда. Чтобы отправить её снова, скопируйте её.

mailings-locked = Рассылка сейчас уходит. Что, кому и когда отправлять, можно будет изменить, когда этот запуск закончится; название и окончание можно менять всегда.
mailings-locked-reason = Нельзя изменить, пока не закончится идущий запуск.
mailings-error-locked = Тем временем начался запуск; это нельзя изменить, пока он не закончится.
mailings-error-stopped = Эта рассылка остановлена навсегда, и изменить её больше нельзя. Чтобы отправить снова, скопируйте её.

# Что произойдёт: рядом с формой и на странице
mailings-outlook = Что произойдёт
mailings-outlook-again = Показать, что произойдёт
mailings-outlook-incomplete = Когда начало, окончание и периодичность будут заполнены, здесь появится, когда уйдёт рассылка.
mailings-outlook-all = { $count ->
    [one] { $schedule }, всем вашим клиентам (сейчас это { $count } клиент).
    [few] { $schedule }, всем вашим клиентам (сейчас это { $count } клиента).
    [many] { $schedule }, всем вашим клиентам (сейчас это { $count } клиентов).
   *[other] { $schedule }, всем вашим клиентам (сейчас это { $count } клиента).
}
mailings-outlook-ticked = { $count ->
    [one] { $schedule }, { $count } клиенту.
    [few] { $schedule }, { $count } клиентам.
    [many] { $schedule }, { $count } клиентам.
   *[other] { $schedule }, { $count } клиентам.
}
mailings-outlook-next = { $count ->
    [1] Единственный запуск:
    [2] Ближайшие два запуска:
    [3] Ближайшие три запуска:
    [4] Ближайшие четыре запуска:
    [5] Ближайшие пять запусков:
   *[other] Ближайшие запуски ({ $count }):
}
mailings-outlook-no-run = Запусков не будет: все моменты этого расписания прошли, или рассылка уже ушла.
mailings-outlook-ends-early = Окончание раньше второго запуска, поэтому рассылка уйдёт один раз.
mailings-outlook-no-recipients = Клиентов пока нет: рассылка не уйдёт никому.
mailings-outlook-none-ticked = Пока никто не отмечен: рассылка не уйдёт никому.
mailings-outlook-all-skipped = Все они будут пропущены: отписались, или их адреса не существует.
mailings-outlook-skipped = { $count ->
    [one] { $count } из них будет пропущен: отписался, или адреса не существует.
    [few] { $count } из них будут пропущены: отписались, или адреса не существует.
    [many] { $count } из них будут пропущены: отписались, или адреса не существует.
   *[other] { $count } из них будут пропущены: отписались, или адреса не существует.
}
mailings-outlook-more-skipped = Больше { $count } из них будут пропущены: отписались, или адреса не существует.
