# Те, кому пишет пользователь.

recipients-title = Клиенты
recipients-subtitle = Те, кому вы пишете. Учётная запись здесь им не нужна.
recipients-new = Новый клиент
recipients-edit-title = Изменение клиента
recipients-search = Найти клиента
recipients-older = Раньше
recipients-email = Почта
recipients-name = Имя
recipients-full-name = Полное имя
recipients-comment = Комментарий
recipients-comment-hint = Виден только вам.
recipients-no-comment = нет
recipients-actions = Действия
recipients-edit = Изменить
recipients-delete = Удалить
recipients-add = Добавить клиента
recipients-save = Сохранить
recipients-none = Клиентов пока нет
recipients-none-text = Добавьте первого, кому хотите написать.
recipients-not-found = Никто не найден
recipients-not-found-text = Ни у кого из клиентов нет этого в адресе, имени или комментарии.

recipients-delete-question = Удалить { $email }?
recipients-delete-consequence = Прошлые отправки останутся в истории. Письма, которые ещё ждут отправки этому клиенту, не уйдут.
recipients-added = Клиент { $email } добавлен.
recipients-saved = Сохранено.
recipients-deleted = Клиент удалён.
recipients-email-taken = У вас уже есть клиент с этим адресом.
recipients-conflict = Тем временем этот клиент был изменён в другой вкладке.
recipients-conflict-text = Сейчас сохранено: { $stored }. Если сохранить ещё раз, это заменится тем, что стоит ниже.
recipients-quoted = «{ $name }»
recipients-used = { $count ->
    [0] Этот клиент выбран в рассылке; сначала уберите его оттуда.{ $mailings }
    [one] Этот клиент выбран в рассылке { $mailings }; сначала уберите его оттуда.
   *[other] Этот клиент выбран в рассылках { $mailings }; сначала уберите его оттуда.
}

recipients-mailings = Рассылки, в которых выбран этот клиент
recipients-mailings-none = Таких нет. Рассылки всем вашим клиентам приходят и ему.

# Доходят ли письма.
recipients-undeliverable = не доставляется
recipients-undeliverable-why = Почтовые серверы отвечают, что такого адреса нет.
recipients-undeliverable-text = Попытки его пропускают. Ответ сервера: { $reason }
recipients-try-again = Попробовать снова
recipients-tried-again = Следующая попытка снова отправит письмо на этот адрес.
recipients-unsubscribed = отписался
recipients-unsubscribed-why = Этот клиент больше не хочет получать от вас письма.
recipients-unsubscribed-text = Он отписался по ссылке в письме. Попытки его пропускают.
recipients-resubscribe = Снова отправлять
recipients-resubscribe-question = Снова отправлять письма на { $email }?
recipients-resubscribe-consequence = Делайте это, только если клиент сам попросил: он отказался от писем, и во многих странах писать ему вопреки отказу запрещено законом.
recipients-resubscribed = Письма на { $email } снова будут уходить, начиная со следующей попытки.

# Что видят клиенты, перешедшие по ссылке из письма.
recipients-unsubscribe = Больше не присылать?
recipients-unsubscribe-text = Одно нажатие, и этот отправитель больше не будет писать на адрес, куда пришла эта ссылка.
recipients-unsubscribe-button = Отписаться
recipients-unsubscribe-done = Вы отписались
recipients-unsubscribe-done-text = Этот отправитель больше не будет вам писать. То, что уже в пути, ещё может дойти. Страницу можно закрыть.
recipients-unsubscribe-bad-link = Ссылка не работает
recipients-unsubscribe-bad-link-text = Возможно, она оборвалась по дороге. Откройте её из письма ещё раз или скопируйте целиком.

# Список: что его сужает, порядок, что делается с отмеченными.
recipients-filter-state = Состояние
recipients-filter-all = Все
recipients-filter-deliverable = Доставляется
recipients-filter-undeliverable = Не доставляется
recipients-filter-unsubscribed = Отписались
recipients-sort = Порядок
recipients-sort-newest = Сначала новые
recipients-sort-email = По адресу
recipients-sort-name = По имени
recipients-next = Дальше
recipients-tick = Отметить { $email }
recipients-edit-one = Изменить { $email }
recipients-none-in-state = Здесь никого
recipients-none-in-state-text = Ни один из ваших клиентов не в этом состоянии.
recipients-nobody-ticked = Сначала отметьте хотя бы одного клиента.
recipients-ticked-delete-question = Удалить отмеченных клиентов?
recipients-ticked-delete-consequence = Выбранные в рассылках останутся, и мы назовём их. Прошлые отправки останутся в истории; письма, которые ещё ждут отправки остальным, не уйдут.
recipients-ticked-deleted = { $count ->
    [0] Никто не удалён.
    [one] Удалён { $count } клиент.
    [few] Удалено { $count } клиента.
    [many] Удалено { $count } клиентов.
   *[other] Удалено { $count } клиента.
}
recipients-ticked-used-by = { $email } («{ $mailing }»)
recipients-ticked-used = { $count ->
    [one] Не удалён, потому что выбран в рассылке: { $names }.
   *[other] Не удалены, потому что выбраны в рассылках: { $names }{ $others ->
        [0] {""}
       *[other] {" "}и ещё { $others }
    }.
}
recipients-pick-mailing = Рассылка, куда добавить
recipients-pick-choose = Добавить в рассылку…
recipients-pick = Добавить
recipients-no-mailing-chosen = Выберите рассылку, в которую добавить клиентов.
recipients-picked = { $count ->
    [0] Все они уже были в рассылке «{ $mailing }».
    [one] В рассылку «{ $mailing }» добавлен { $count } клиент; это учтётся со следующего запуска.
    [few] В рассылку «{ $mailing }» добавлены { $count } клиента; это учтётся со следующего запуска.
    [many] В рассылку «{ $mailing }» добавлены { $count } клиентов; это учтётся со следующего запуска.
   *[other] В рассылку «{ $mailing }» добавлены { $count } клиента; это учтётся со следующего запуска.
}
recipients-mailing-closed = В эту рассылку никого не добавить: она завершена или и так идёт всем вашим клиентам.
recipients-mailing-running = Эта рассылка сейчас уходит тем, с кого началась. Добавьте клиентов, когда она закончится.
recipients-mailing-full = В рассылке можно выбрать не больше { $most } клиентов. Пусть она идёт всем.

# Что отправлялось одному из них.
recipients-state = Состояние
recipients-deliverable = доставляется
recipients-history = Отправки
recipients-history-none = Этому клиенту ещё ничего не отправлялось.
recipients-history-mailing = Рассылка
recipients-history-when = Когда
recipients-history-state = Состояние
recipients-history-reply = Ответ сервера
recipients-history-to = на { $email }

# Загрузка из файла и выгрузка в файл.
recipients-import = Загрузка клиентов
recipients-import-short = Загрузить
recipients-export = Выгрузить
recipients-import-subtitle = Из таблицы или другой программы. Вы увидите, что распознано, прежде чем что-либо изменится.
recipients-import-file = Файл
recipients-import-file-hint = CSV до 16 МБ: столбцы через запятую, точку с запятой или табуляцию, в любой обычной кодировке.
recipients-import-paste = Или вставьте строки сюда
recipients-import-paste-hint = Один клиент в строке: адрес и, если хотите, имя и комментарий. Первая строка с заголовками распознаётся.
recipients-import-look = Посмотреть
recipients-import-nothing = Загружать нечего: выберите непустой файл или вставьте строки.
recipients-import-both = Выбран файл и вставлены строки: загрузите что-то одно, а другое потом. Файл нужно выбрать снова.
recipients-import-preview = Что распознано
recipients-import-preview-text = Это первые строки. Если какой-то столбец понят неверно, поправьте.
recipients-import-rows = Первые строки файла
recipients-import-column = Что в столбце { $number }
recipients-import-ignore = пропустить
recipients-import-header = В первой строке названия столбцов
recipients-import-existing = Клиенты, которые уже есть
recipients-import-skip = Пропустить
recipients-import-skip-detail = Останутся как есть.
recipients-import-update = Обновить
recipients-import-update-detail = Получат имя и комментарий из файла, если они там есть.
recipients-import-no-name = Если в строке нет имени, им станет часть адреса до @. Кто отписался, остаётся отписавшимся.
recipients-import-start = Загрузить
recipients-import-other = Другой файл
recipients-import-choose-email = Укажите, в каком столбце адреса почты.
recipients-import-one-email = Адрес почты может быть только в одном столбце; второй пропустите.
recipients-import-one-each = Имя может быть только в одном столбце, и комментарий тоже.
recipients-import-choose-existing = Выберите, что делать с клиентами, которые уже есть.
recipients-import-not-yet = Другая ваша загрузка ещё идёт. Начните эту, когда та закончится.
recipients-import-no-header = Первая строка должна называть столбцы: email, name, comment. Столбца с адресами в ней нет.
recipients-import-half = Сохранение файла прервалось. К этому времени создано клиентов: { $created }, обновлено: { $updated }, возможно, и больше. Отправьте файл ещё раз: дважды ничего не изменится.
recipients-import-running = Идёт загрузка
recipients-import-done = Загрузка завершена
recipients-import-given-up = Загрузку не удалось закончить
recipients-import-given-up-text = Ошибка повторялась снова и снова, и загрузка прекращена. Строк обработано: { $done } из { $all }. Ошибка на нашей стороне, она записана в журнал. Загрузите файл ещё раз: клиенты, которые уже есть, не появятся дважды.
recipients-import-tried-again = Что-то пошло не так; остальное скоро загрузится само, ещё одной попыткой.
recipients-import-again = Загрузить снова
recipients-import-progress = Строк обработано: { $done } из { $all }
recipients-import-refresh = Обновить
recipients-import-to-list = К клиентам
recipients-import-created = Создано
recipients-import-updated = Обновлено
recipients-import-skipped = Пропущено, уже были
recipients-import-bad = Строк с ошибками
recipients-import-problems = Строки, которые не удалось загрузить
recipients-import-problems-file = Все в CSV
recipients-import-problems-more = Первые { $shown } из { $all }; в файле они все.
recipients-import-problems-many = Первые { $shown } из { $all }; в файле — первые { $kept }.
recipients-import-line = Строка
recipients-import-problem = Что не так
recipients-import-value = Текст
recipients-import-no-email = Нет адреса почты
recipients-import-bad-email = Это не адрес почты
recipients-import-bad-name = Имя длиннее 200 знаков или содержит управляющие символы
recipients-import-bad-comment = Комментарий длиннее 2000 знаков или содержит управляющие символы
recipients-import-twice = Адрес уже был в строке выше (её номер в скобках)
recipients-import-broken-quote = Кавычка не закрыта или стоит посреди ячейки
recipients-import-too-long = Строка длиннее, чем может занять один клиент
recipients-import-no-text = Байты, которые в кодировке файла не означают никаких символов
