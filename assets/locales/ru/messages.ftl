# Сообщения: то, что отправляется.

messages-no-body = Напишите, о чём сообщение.
messages-too-long = Длина — { $length } КБ, а можно не больше { $most } КБ.
messages-tangled = HTML слишком глубоко вложен, или в нём слишком много незакрытых тегов.
messages-placeholder-unknown = Подстановки «{ $word }» нет. Есть такие: { $known }.
messages-placeholder-malformed = «{ $inside }» в двойных скобках — не подстановка. Есть такие: { $known }; с запасным словом: {"{{"} name | "друг" {"}}"}.
messages-placeholder-unclosed = Подстановка начата скобками {"{{"}, но не закрыта скобками {"}}"}. Есть такие: { $known }.

messages-title = Сообщения
messages-subtitle = Что вы отправляете: тема и текст, для любого числа рассылок.
messages-new = Новое сообщение
messages-search = Поиск по теме
messages-subject = Тема
messages-beginning = Начало
messages-actions = Действия
messages-older = Более ранние
messages-none = Сообщений пока нет
messages-none-advice = Напишите, о чём будет ваша рассылка.
messages-not-found = Ничего не найдено
messages-not-found-advice = Сообщений с такой темой нет.
messages-edit = Изменить
messages-edit-one = Изменить «{ $subject }»
messages-edit-title = Изменение сообщения
messages-add = Добавить сообщение
messages-save = Сохранить
messages-delete = Удалить
messages-delete-question = Удалить «{ $subject }»?
messages-delete-consequence = Всё, что уже отправлено, останется в истории.
messages-copy = Копировать
messages-copy-of = Копия: { $subject }
messages-this = Это сообщение

messages-added = Сообщение сохранено.
messages-saved = Сохранено.
messages-copied = Это копия; прежнее сообщение осталось без изменений.
messages-deleted = Сообщение удалено.
messages-conflict = Тем временем это сообщение изменили в другой вкладке.
messages-conflict-stored = Сейчас сохранено: «{ $subject }».
messages-conflict-look = Посмотреть
messages-conflict-again = Если сохранить ещё раз, его заменит то, что ниже.

messages-make-mailing = Создать рассылку
messages-preview-and-test = Просмотр и проверка
messages-as-sent = Как оно будет отправлено
messages-used-by = Рассылки с этим сообщением
messages-unused = Пока нет.

# Редактор.
messages-body = Текст
messages-body-hint = Обычный текст или HTML с таблицами и стилями; скрипты удаляются. В каждом письме есть и текстовая часть. Подстановки, например {"{{"} name {"}}"}, заменяются данными клиента; {"{{"} name | "друг" {"}}"} — что писать, если имени нет.
messages-views = Вид текста
messages-view-visual = Визуально
messages-view-html = HTML
messages-view-text = Простой текст
messages-canvas = Текст сообщения
messages-tools = Оформление
messages-bold = Полужирный
messages-italic = Курсив
messages-heading = Заголовок
messages-list = Список
messages-numbers = Нумерованный список
messages-quote = Цитата
messages-link = Ссылка
messages-link-address = Куда ведёт ссылка?
messages-image = Изображение
messages-image-address = Где изображение находится в интернете?
messages-insert = Вставить
messages-undo = Отменить
messages-redo = Вернуть
messages-placeholders = Вставить подстановку
messages-placeholder-name = Имя клиента
messages-placeholder-email = Адрес клиента
messages-placeholder-mailing = Название рассылки
messages-placeholder-date = День отправки
messages-placeholder-unsubscribe-link = Ссылка для отписки

# Набранное хранится на сервере.
messages-draft-saved = Черновик сохранён в { $time }
messages-draft-offered = Есть несохранённый черновик: { $moment }.
messages-draft-continue = Продолжить
messages-draft-discard = Удалить черновик
messages-draft-look = Посмотреть
messages-draft-waits = Выше ждёт прежний черновик; пока вы не решите, что с ним делать, новый текст сохраняется только кнопкой.
messages-draft-elsewhere = Это сообщение пишется и в другой вкладке. Черновик ведётся там; здесь текст сохраняется только кнопкой.
messages-draft-unsaved = Черновик не удалось сохранить. Пробуем ещё раз.
messages-draft-away = Нет связи: черновик пока не сохранён. Пробуем ещё раз.
messages-draft-signed-out = Вы вышли из системы, поэтому черновик не сохраняется. Войдите в другой вкладке; ваш текст остаётся здесь.

# Каким его получат.
messages-preview = Просмотр
messages-preview-of-draft = Так выглядит то, что вы пишете; оно ещё не сохранено.
messages-preview-back = Назад к сообщению
messages-preview-desktop = На компьютере
messages-preview-phone = На телефоне
messages-preview-text = Простым текстом
messages-preview-headers = Над письмом
messages-preview-search = В имени или адресе есть
messages-preview-for = Показать для
messages-preview-show = Показать
messages-from = От кого
messages-reply-to = Ответы
messages-to = Кому
messages-size = Размер
messages-size-kb = { $kb } КБ
messages-sample-name = Анна Иванова
messages-sample-mailing = название рассылки
messages-sample-why = Клиентов у вас пока нет, поэтому письмо показано для вымышленного человека.

messages-test = Проверочное письмо
messages-test-hint = Письмо, каким его получит { $name }, с пометкой о проверке, на любой адрес. Оно уходит сразу, и ответ сервера появится здесь.
messages-test-to = Кому
messages-test-send = Отправить
messages-test-subject = [Проверка] { $subject }
messages-test-address = На этот адрес письмо отправить нельзя.
messages-test-unfinished = В сообщении есть ошибки; при сохранении они появятся рядом с полями.
messages-test-not-taken = Письмо для { $email } не ушло: { $step }. Ответ почтового сервера: { $said }

# Файлы, которые уходят вместе с ним.
messages-attachments = Вложения
messages-attachments-total = { $count ->
    [one] { $count } файл, { $size }
    [few] { $count } файла, { $size }
    [many] { $count } файлов, { $size }
   *[other] { $count } файла, { $size }
}
messages-attachments-files = Добавить файлы
messages-attachments-hint = Не больше { $max } файлов и { $most } МБ на все. Они уйдут с каждым письмом попыток, которые начнутся с этого момента.
messages-attachments-add = Добавить
messages-attachments-remove = Убрать { $name }
messages-attachments-added = { $count ->
    [one] Файл добавлен.
   *[other] Файлы добавлены.
}
messages-attachments-removed = Файл убран. Попытки, которые уже идут, отправят его как прежде.
messages-attachments-choose = Выберите файл.
messages-attachments-many = У сообщения может быть не больше { $max } файлов.
messages-attachments-large = Вместе эти файлы слишком велики: на одно сообщение допускается не больше { $most } МБ.
messages-attachments-empty = Файл «{ $name }» пуст.
messages-attachments-program = «{ $name }» — программа: почтовые серверы не принимают файлы, которые заканчиваются на { $ending }.
