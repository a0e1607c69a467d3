# Блог, каким его видят читатели.

blog-title = Блог
blog-subtitle = О том, как писать многим людям вовремя и так, чтобы письма доходили.
blog-description = Новости и советы от Periodical: регулярные рассылки на вашем сервере, отправка по расписанию и доставка писем.
blog-languages = Язык записей
blog-feed = Лента Atom
blog-feed-title = Блог Periodical
blog-write = Написать запись
blog-older = Более ранние записи
blog-newest = К новым записям
blog-empty = Пока ничего не опубликовано
blog-empty-text = Здесь появится первая запись. Возможно, на другом языке они уже есть.
blog-end = Более ранних записей нет
blog-end-text = Это были все записи.
blog-minutes = { $count } мин. чтения
blog-readers = { $count ->
    [0] Ещё никто не прочитал
    [one] { $count } читатель
    [few] { $count } читателя
    [many] { $count } читателей
   *[other] { $count } читателя
}
blog-back = Все записи
blog-edit = Редактировать
blog-related = Читайте дальше
