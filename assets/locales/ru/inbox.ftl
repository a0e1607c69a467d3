# Входящие встроенного почтового сервера, пока не настроен настоящий.

inbox-title = Входящие
inbox-subtitle = Почтовый сервер не настроен, поэтому все письма остаются здесь и до получателей не доходят. Чтобы отправлять по-настоящему, задайте SMTP_URL.
inbox-empty = Очистить
inbox-empty-question = Удалить все письма?
inbox-empty-consequence = Попытки и записи о них останутся.
inbox-search = Поиск по адресу и теме
inbox-caught = Пойманные письма
inbox-to = Кому
inbox-subject = Тема
inbox-received = Получено
inbox-no-subject = (без темы)
inbox-nothing = Писем нет
inbox-nothing-advice = Зарегистрируйтесь или запустите рассылку: письма появятся здесь.
inbox-older = Раньше

inbox-envelope = Кому: { $to }, от кого: { $from }, { $moment }
inbox-source = Исходный текст
inbox-back = К входящим
inbox-malformed = Это письмо составлено неправильно; посмотрите исходный текст.
inbox-links = Ссылки в этом письме:
inbox-html = HTML
inbox-html-frame = HTML этого письма
inbox-text = Текст
