# Изображения статьи.

pictures-title = Изображения
pictures-count = { $count } из { $max }
pictures-back = Вернуться к статье
pictures-size = { $width } × { $height }
pictures-open = Открыть { $name }
pictures-cover = обложка

pictures-alt = Что изображено
pictures-alt-hint = Это услышат те, кто не видит изображения; это же видно, если оно не загрузилось.
pictures-alt-save = Сохранить
pictures-markdown = Для вставки в текст
pictures-copy = Скопировать
pictures-copied = Скопировано: вставьте это в текст там, где должно быть изображение.
pictures-cover-choose = Сделать обложкой
pictures-cover-take = Убрать с обложки
pictures-delete = Удалить
pictures-delete-question = Удалить { $name }?
pictures-delete-consequence = Там, где оно стоит в тексте, останутся слова вместо изображения.

pictures-files = Добавить изображения
pictures-files-hint = JPEG, PNG или WebP, каждое не больше { $most } МБ и { $millions } млн пикселей. Они будут созданы заново в двух размерах, без сведений о месте съёмки и камере, которые бывают в файле.
pictures-add = Добавить

pictures-added = { $count ->
    [one] Добавлено { $count } изображение.
    [few] Добавлено { $count } изображения.
    [many] Добавлено { $count } изображений.
   *[other] Добавлено { $count } изображения.
}
pictures-described = Описание изображения сохранено.
pictures-cover-chosen = Теперь это обложка.
pictures-cover-taken = Теперь у статьи нет обложки.
pictures-deleted = Изображение удалено.

pictures-choose = Выберите изображение.
pictures-many = У статьи может быть не больше { $max } изображений.
pictures-bytes = Файл «{ $name }» больше { $most } МБ.
pictures-kind = «{ $name }» — не JPEG, не PNG и не WebP: важно содержимое файла, а не его имя.
pictures-pixels = В «{ $name }» слишком много пикселей: можно не больше { $side } по стороне и { $millions } млн всего.
pictures-broken = «{ $name }» не читается до конца: файл оборван или повреждён. Выберите исходный файл ещё раз.
