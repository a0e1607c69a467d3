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
