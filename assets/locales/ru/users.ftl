# Люди и вход.

users-urge = Ваша учётная запись может управлять чужими учётными записями и рассылками, а защищает её один пароль.
users-urge-link = Включить двухфакторный вход
users-menu-users = Пользователи
users-menu-mailings = Все рассылки
users-menu-accounts = Учётные записи
users-menu-audit = Журнал действий
