# Главная страница вошедшего.

dashboard-title = Главная
dashboard-hello = Здравствуйте, { $name }
dashboard-new-mailing = Новая рассылка

dashboard-guide = Три шага до первой рассылки; она начнётся сама или по кнопке «Запустить сейчас».
dashboard-step-recipients = Добавьте клиентов
dashboard-step-recipients-text = Это те, кому вы пишете. Для начала хватит одного: себя.
dashboard-step-recipients-act = Добавить клиента
dashboard-step-message = Напишите сообщение
dashboard-step-message-text = Тема и текст; достаточно простого текста.
dashboard-step-message-act = Написать сообщение
dashboard-step-mailing = Создайте рассылку
dashboard-step-mailing-text = Выберите сообщение, клиентов и время. Если начало — сейчас, она уйдёт сразу.
dashboard-step-mailing-act = Создать рассылку
dashboard-step-start-act = Открыть или запустить сейчас

dashboard-recipients = Клиенты
dashboard-messages = Сообщения
dashboard-mailings = Рассылки
dashboard-mailings-by-status = создано { $created }, запущено { $running }, завершено { $completed }
dashboard-sent = Отправлено писем
dashboard-sent-in-all = за всё время
dashboard-more-than = больше { $count }

dashboard-now = Идёт сейчас
dashboard-all-attempts = Все попытки
dashboard-more-running = И другие
dashboard-nothing-now = Сейчас ничего не отправляется.
dashboard-nothing-now-next = Сейчас ничего не отправляется. Дальше: { $when }.
dashboard-about-to-start = «{ $name }» вот-вот начнётся.
dashboard-running = идёт
dashboard-held = ждёт
dashboard-stopped = остановлена
dashboard-stopped-text = Рассылка на паузе или отключена; остальное уйдёт, когда она продолжится.
dashboard-held-text = Ждём почтовый сервер; никто из-за этого не записан в недоставленные.
dashboard-held-until = Следующая проба в { $when }.
dashboard-started = Начата { $when }.
dashboard-pace = { $rate } в минуту, осталось около { $left }.

dashboard-wrong = Требует внимания
dashboard-all-well = Всё в порядке: за последние дни ничего не случилось.
dashboard-disabled = Менеджер отключил «{ $name }»
dashboard-disabled-act = К рассылке
dashboard-failed = Не доставлено { $failed } из { $total }, { $when }
dashboard-unknown = Неизвестно, дошло ли { $unknown } из { $total }, { $when }
dashboard-failed-why = Узнать почему
dashboard-failed-act = Отправить им ещё раз
dashboard-undeliverable = { $count ->
    [one] { $count } клиент недоступен
    [few] { $count } клиента недоступны
    [many] { $count } клиентов недоступны
   *[other] { $count } клиента недоступны
}
dashboard-undeliverable-many = Больше { $count } клиентов недоступны
dashboard-undeliverable-text = Почтовые серверы отвечают, что таких адресов нет. Пока вы их не исправите, они пропускаются.
dashboard-undeliverable-act = Посмотреть их

dashboard-next = { $days ->
    [one] Ближайший день
    [few] Ближайшие { $days } дня
    [many] Ближайшие { $days } дней
   *[other] Ближайшие { $days } дня
}
dashboard-all-mailings = Все рассылки
dashboard-nothing-next = Ничего не запланировано
dashboard-nothing-next-text = Здесь появятся запуски ближайших дней.
dashboard-today = Сегодня
dashboard-tomorrow = Завтра
dashboard-due = сейчас
dashboard-more-runs = и ещё { $count }
dashboard-known-until = Показаны запуски до { $when }; дальше их слишком много.
dashboard-zone = Время по поясу { $zone }.

dashboard-month = Последние тридцать дней
dashboard-all-reports = Все отчёты
dashboard-month-text = { $attempts ->
    [one] Отправлено { $sent }, не доставлено { $failed } за { $attempts } попытку.
    [few] Отправлено { $sent }, не доставлено { $failed } за { $attempts } попытки.
    [many] Отправлено { $sent }, не доставлено { $failed } за { $attempts } попыток.
   *[other] Отправлено { $sent }, не доставлено { $failed } за { $attempts } попытки.
}
