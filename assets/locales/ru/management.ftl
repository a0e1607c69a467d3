# Пользователи глазами менеджера.

management-title = Пользователи
management-subtitle = Все, у кого есть учётная запись.
management-older = Раньше
management-filter = Показать
management-search = Поиск пользователей
management-search-placeholder = Адрес или имя
management-every-status = Любой статус
management-nobody = Никто не найден
management-nobody-advice = Нет пользователя с таким адресом или именем и таким статусом.

management-user = Пользователь
management-status = Статус
management-roles = Роли
management-mailings = Рассылки
management-last-sign-in = Последний вход
management-last-sign-in-zone = Последний вход ({ $zone })
management-never = ни разу
management-no-role = Пользователь
management-registered = Регистрация
management-blocked-since = Заблокирован
management-two-factor = Двухфакторный вход
management-two-factor-on = включён
management-two-factor-off = выключен

management-active = активен
management-unconfirmed = не подтверждён
management-blocked = заблокирован

management-audit = Что было сделано
management-edit = Изменить учётную запись
management-blocked-alert = Заблокирован:
management-no-reason = причина не записана

management-block-title = Заблокировать пользователя
management-blocked-title = Заблокирован
management-block = Заблокировать
management-block-hint = Её увидит сам пользователь, когда попробует войти. Все его сеансы сразу завершатся, а рассылки остановятся.
management-unblock = Разблокировать
management-unblock-hint = Сейчас от этого пользователя ничего не уходит. После разблокировки его рассылки продолжатся со следующего срока. Пропущенное останется неотправленным, кроме первых запусков, окончание которых ещё не наступило: они уйдут сразу.
management-was-blocked = Пользователь заблокирован: все его сеансы завершены, его рассылки не отправляются.
management-was-unblocked = Пользователь разблокирован. Его рассылки продолжатся со следующего срока.
management-not-yourself = Заблокировать самого себя нельзя.
management-not-a-colleague = Блокировать и разблокировать менеджеров и администраторов может только администратор.

management-mailing = Название
management-goes-out = Периодичность
management-next-run = Следующий запуск
management-no-mailings = Рассылок пока нет
management-no-mailings-advice = Здесь появятся рассылки этого пользователя.
