# Сообщения: то, что отправляется.

messages-no-body = Напишите, о чём сообщение.
messages-too-long = Длина — { $length } КБ, а можно не больше { $most } КБ.
messages-tangled = HTML слишком глубоко вложен, или в нём слишком много незакрытых тегов.
messages-placeholder-unknown = Подстановки «{ $word }» нет. Есть такие: { $known }.
messages-placeholder-malformed = «{ $inside }» в двойных скобках — не подстановка. Есть такие: { $known }; с запасным словом: {"{{"} name | "друг" {"}}"}.
messages-placeholder-unclosed = Подстановка начата скобками {"{{"}, но не закрыта скобками {"}}"}. Есть такие: { $known }.
