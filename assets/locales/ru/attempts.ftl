attempts-title = Попытки
attempts-title-of = { $mailing }: попытка { $id }
attempts-subtitle = Каждый запуск ваших рассылок и его итог.
attempts-of-owner = Все запуски рассылки пользователя { $name }, { $email }.
attempts-empty = Пока ничего не отправлено
attempts-empty-detail = Здесь появится каждый запуск рассылки.
attempts-to-mailings = К рассылкам
attempts-to-mailing = К рассылке
attempts-to-first = К первой попытке
attempts-older = Раньше
attempts-next = Далее

attempts-mailing = Рассылка
attempts-started = Начало
attempts-status = Статус
attempts-progress = Ход
attempts-sent = Отправлено
attempts-not-sent = Не отправлено
attempts-last-reply = Последний ответ

# Где попытка сейчас, одним словом.
attempts-running = идёт
attempts-stopped = остановлена
attempts-held = ждёт
attempts-succeeded = успешна
attempts-partial = частично
attempts-failed = не удалась

# Откуда она.
attempts-scheduled = По расписанию на { $when }
attempts-by-hand = Запущена вручную { $when }
attempts-repeated = Повтор для тех, кто не получил, { $when }

# Пока идёт.
attempts-subject = «{ $subject }»
attempts-last-reply-was = Последний ответ почтового сервера: { $reply }
attempts-newest = Последние отправки
attempts-held-explained = Ждём почтовый сервер; отказом это никому не засчитано.
attempts-held-until = Следующая проба: { $clock } ({ $zone }).
attempts-stopped-explained = Рассылка остановлена. Остальное уйдёт, когда её продолжат.
attempts-finished = Завершена { $when }, длилась { $duration }.

# Что можно сделать для тех, кто не получил.
attempts-repeat-stopped = Рассылка приостановлена или запрещена: пока это так, отправить никому нельзя.
attempts-repeat-rule = Кто уже получил это сообщение или мог получить, второй раз его не получит.
attempts-repeat-failed = { $count ->
    [one] Повторить для { $count } неудачной отправки
    [few] Повторить для { $count } неудачных отправок
    [many] Повторить для { $count } неудачных отправок
   *[other] Повторить для { $count } неудачной отправки
}
attempts-repeat-failed-and-more = Повторить для { $count } и более неудачных отправок
attempts-repeat-missing = Отправить всем, кто не получил

# Её отправки.
attempts-deliveries = Отправки
attempts-recipient = Клиент
attempts-state = Состояние
attempts-every-state = Любое состояние
attempts-tries = Пробы
attempts-reply = Ответ сервера
attempts-when = Когда
attempts-when-in = Когда ({ $zone })
attempts-again-at = снова в { $clock }
attempts-search-hint = Адрес, имя или ответ
attempts-search-deliveries = Поиск отправок
attempts-filter = Показать
attempts-no-deliveries = Ничего нет
attempts-no-deliveries-detail = У этой попытки нет отправок с таким состоянием и текстом.

# Почему ничего не запущено.
attempts-refused-running = Эта попытка ещё идёт; новую можно начать, когда она завершится.
attempts-refused-paused = Рассылка приостановлена. Сначала продолжите её.
attempts-refused-stopped = Рассылка остановлена навсегда. Чтобы отправить снова, скопируйте её.
attempts-refused-disabled = Менеджер запретил эту рассылку, запустить её нельзя.
attempts-refused-blocked = Ваша учётная запись заблокирована, запустить ничего нельзя.
attempts-refused-ended = Срок рассылки истёк. Сначала измените её и выберите более поздний срок.
attempts-nobody-to-send-to = Отправлять некому: у рассылки нет клиентов, до которых можно дойти.
attempts-nobody-missing = Все, кому предназначена рассылка и до кого можно дойти, уже получили это сообщение.
attempts-nobody-failed = Повторять некому: неудачные отправки с тех пор дошли, или этих клиентов удалили.
