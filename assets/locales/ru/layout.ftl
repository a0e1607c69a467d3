# Рамка каждой страницы и то, что говорит app.js.

layout-description = Регулярные рассылки на вашем сервере: клиенты, сообщения, рассылки по расписанию и запись о каждой отправке.
layout-foot = Periodical: регулярные рассылки на вашем сервере
layout-skip = К содержанию
layout-error = Ошибка { $status }
layout-to-start = На главную
layout-sections = Разделы
layout-menu = Меню
layout-language = Язык
layout-theme = Тема
layout-theme-system = Как в системе
layout-theme-light = Светлая
layout-theme-dark = Тёмная
layout-home = Главная
layout-recipients = Клиенты
layout-messages = Сообщения
layout-mailings = Рассылки
layout-attempts = Попытки
layout-reports = Отчёты
layout-blog = Блог
layout-inbox = Входящие (dev)
layout-sign-in = Войти
layout-register = Регистрация
layout-sign-out = Выйти
layout-account = Ваша учётная запись
layout-account-menu = , меню учётной записи

script-away = Связь с сервером потеряна, поэтому цифры здесь не меняются. Пробуем снова.
script-close = Закрыть
script-network = Сервер не отвечает. Проверьте соединение и попробуйте ещё раз.
script-signed-out = Вы больше не в системе. Обновите страницу и войдите снова.
script-forbidden = Страница устарела, или это действие вам недоступно. Обновите её и попробуйте ещё раз.
script-gone = Этого больше нет. Обновите страницу, чтобы увидеть, что есть.
script-too-large = Это слишком много данных.
script-too-many = Слишком много запросов. Подождите немного и попробуйте ещё раз.
script-server = На сервере что-то пошло не так. На этой странице ничего не изменилось; попробуйте ещё раз чуть позже.
script-other = Запрос отклонён. Обновите страницу и попробуйте ещё раз.
