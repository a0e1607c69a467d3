# Панель контент-менеджера: статьи блога, от черновика до публикации.

posts-menu = Статьи блога
posts-title = Статьи блога
posts-subtitle = То, что уже читают, и то, что ждёт публикации.
posts-new = Новая статья
posts-new-subtitle = Черновик можно сохранить в любой момент; изображения добавляются после сохранения.
posts-edit = Изменить статью
posts-search = Поиск по заголовку и адресу
posts-older = Более ранние
posts-none = Статей пока нет
posts-none-text = Напишите первую: после публикации её увидят все.
posts-not-found = Ничего не найдено
posts-not-found-text = Нет статьи с такими словами в заголовке или адресе, в таком состоянии и на этом языке.

posts-name = Заголовок
posts-slug = Адрес
posts-language = Язык
posts-summary = Краткое описание
posts-content = Текст
posts-publication = Публикация
posts-state = Состояние
posts-date-zone = Публикация ({ $zone })
posts-views = Просмотры
posts-actions = Действия
posts-every-state = Любое состояние
posts-every-language = Любой язык
posts-drafts = Черновики
posts-scheduled-ones = Запланированные
posts-published-ones = Опубликованные
posts-draft = черновик
posts-scheduled = запланирована
posts-is-published = опубликована
posts-no-date = ещё нет

posts-look = Открыть
posts-publish = Опубликовать
posts-unpublish = Снять с публикации
posts-delete = Удалить
posts-delete-question = Удалить «{ $title }»?
posts-delete-consequence = Вместе со статьёй удалятся её изображения и счётчик просмотров. Чтобы убрать статью с сайта, но сохранить, снимите её с публикации.

posts-created = Статья сохранена.
posts-saved = Сохранено.
posts-published = Статья опубликована, её видят все.
posts-unpublished = Статья снова черновик, на сайте её нет.
posts-deleted = Статья и её изображения удалены.
posts-not-complete = У статьи ещё нет описания или текста; добавьте их, а затем публикуйте.

# Форма
posts-save-new = Сохранить статью
posts-save = Сохранить
posts-slug-hint = Последняя часть адреса статьи. Если не заполнить, получится из заголовка.
posts-slug-hint-published = Последняя часть адреса статьи. Если её изменить, прежние ссылки перестанут работать.
posts-summary-hint = Одно-два предложения для списков и поисковых систем.
posts-summary-length = Символов: { $length }; поисковые системы показывают около { $shown }.
posts-content-hint = В разметке Markdown.
posts-moment = Дата и время
posts-zone = Часовой пояс
posts-choice-draft = Черновик
posts-choice-draft-detail = Видят только контент-менеджеры
posts-choice-draft-unscheduled = В назначенное время не публикуется
posts-choice-unpublish = Снять с публикации
posts-choice-draft-unpublished = Снова черновик, на сайте её нет
posts-choice-now = Опубликовать сейчас
posts-choice-now-detail = Сразу при сохранении
posts-choice-published = Опубликована
posts-choice-published-detail = { $since }
posts-choice-at = В указанное время
posts-choice-at-detail = Сама, в указанный ниже момент
posts-choice-at-published = До этого времени на сайте её нет

posts-preview = Предварительный просмотр
posts-preview-again = Показать предварительный просмотр
posts-preview-found = В результатах поиска
posts-preview-untitled = Заголовка пока нет
posts-preview-no-summary = Описания пока нет

posts-help = Как писать в Markdown
posts-help-typed = Что вы пишете
posts-help-shown = Что получится
posts-help-heading = Подзаголовок; чем больше #, тем он мельче
posts-help-emphasis = Жирный, курсив, зачёркнутый
posts-help-link = Ссылка
posts-help-picture = Изображение этой статьи; его адрес указан рядом с ним
posts-help-list = Список
posts-help-numbers = Нумерованный список
posts-help-quote = Цитата
posts-help-code = Код; для нескольких строк — три обратных апострофа до и после
posts-help-table = Таблица
posts-help-footnote = Сноска
posts-help-rule = Горизонтальная черта
posts-help-html = Новый абзац начинается с пустой строки. Из HTML остаётся только безопасное: скрипты, стили и фреймы убираются.

posts-error-needed = Без этого можно сохранить только черновик.
posts-error-language = Выберите язык, на котором написана статья.
posts-error-publication = Выберите, когда статью увидят все.
posts-error-no-slug = Из заголовка адрес не получается; напишите его сами, например spring-news.
posts-error-slug = Здесь могут стоять только строчные латинские буквы, цифры и одиночные дефисы между ними, например spring-news.
posts-error-slug-long = Адрес длиннее { $max } символов.
posts-error-slug-reserved = Слово { $slug } занято самим сайтом; выберите другое.
posts-error-slug-taken = Этот адрес уже занят другой статьёй; выберите другой.
posts-error-content-long = Длина текста { $length } КБ; наибольшая — { $most } КБ.
posts-error-script = В тексте есть скрипт, а скрипты не показываются. Уберите его; чтобы написать о нём, оформите его как `код`.
posts-error-picture = Изображение { $address } показать нельзя: показываются только изображения, добавленные к статье, в виде ![что на нём](/blog/pictures/…).
posts-error-tangled = Слишком глубокая вложенность или слишком много HTML с ошибками; сделайте текст проще.
posts-error-past = Это время уже прошло; выберите более позднее или опубликуйте сейчас.
posts-error-far = До этого времени больше десяти лет; выберите более раннее.

posts-conflict = Тем временем статью изменил кто-то другой.
posts-conflict-then = Ничего не потеряно: ваш вариант — в форме, сохранённый — ниже. Если сохранить ещё раз, сохранённый заменится вашим.
posts-conflict-stored = Сейчас сохранено
posts-conflict-scheduled = запланирована на { $moment }
posts-conflict-published = опубликована { $moment }
