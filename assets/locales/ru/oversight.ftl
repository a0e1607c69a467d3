# Чужие рассылки и попытки глазами менеджера.

oversight-title = Все рассылки
oversight-subtitle = Их можно смотреть и отключать; изменяют и запускают их только владельцы.
oversight-older = Раньше
oversight-filter = Показать
oversight-search = Поиск рассылок
oversight-search-placeholder = Название или владелец
oversight-state = Состояние
oversight-every-state = Любое состояние
oversight-nothing = Ничего не найдено
oversight-nothing-advice = Нет рассылки с таким названием или адресом владельца и в таком состоянии.

oversight-name = Название
oversight-owner = Владелец
oversight-status = Статус
oversight-goes-out = Периодичность
oversight-next-run = Следующий запуск
oversight-owner-blocked = владелец заблокирован
oversight-not-while-blocked = нет, пока владелец заблокирован

oversight-disable-title = Отключить эту рассылку
oversight-disabled-title = Рассылка отключена
oversight-disable = Отключить
oversight-disable-hint = Владелец прочитает её на странице рассылки и в письме. Пока рассылку не включат снова, ничего отправляться не будет.
oversight-enable = Включить
oversight-enable-hint = Сейчас ничего не отправляется. После включения рассылка продолжится со следующего срока. Пропущенное останется неотправленным, кроме первого запуска, окончание которого ещё не наступило: он пройдёт сразу.
oversight-was-disabled = Рассылка отключена. Владелец узнает об этом из письма.
oversight-was-enabled = Рассылка включена. Владелец узнает об этом из письма.

# Письма владельцу

oversight-mail-greeting = Здравствуйте, { $name }!
oversight-mail-disabled = Ваша рассылка отключена
oversight-mail-disabled-before = Менеджер отключил вашу рассылку «{ $mailing }». Указанная причина:
oversight-mail-disabled-after = Пока менеджер не включит её снова, ничего отправляться не будет. Вот эта рассылка:
oversight-mail-enabled = Ваша рассылка включена
oversight-mail-enabled-before = Менеджер снова включил вашу рассылку «{ $mailing }».
oversight-mail-paused = Она приостановлена, поэтому ничего не уйдёт, пока вы её не возобновите.
oversight-mail-over = Запусков у неё больше не осталось.
oversight-mail-goes-on = Она продолжается; на её странице видно, когда следующая отправка.

# Чужая попытка

oversight-attempt-title = { $mailing }: попытка { $id }
oversight-attempt-owner = Владелец: { $name }, { $email }
oversight-to-first-attempt = К первой попытке
oversight-to-mailing = К рассылке
oversight-answers = Ответы серверов о письмах, которые не дошли
oversight-delivery-state = Состояние
oversight-code = Код
oversight-answer = Ответ сервера
oversight-deliveries = Отправки
oversight-no-answers = Ничего такого нет
oversight-no-answers-advice = Все, кому отправлено, пока письмо получили.
oversight-answers-left-out = { $count ->
    [one] Более редкие ответы, всего на { $count } отправку, не показаны.
    [few] Более редкие ответы, всего на { $count } отправки, не показаны.
    [many] Более редкие ответы, всего на { $count } отправок, не показаны.
   *[other] Более редкие ответы, всего на { $count } отправки, не показаны.
}
oversight-answers-looked-at = { $count ->
    [one] Просмотрена только { $count } отправка.
    [few] Просмотрены только { $count } отправки.
    [many] Просмотрено только { $count } отправок.
   *[other] Просмотрено только { $count } отправки.
}
