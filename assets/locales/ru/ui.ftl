# Части, из которых состоят страницы.

ui-pages = Страницы
ui-first-page = К началу
ui-search = Найти
ui-step-done = (готово)
ui-copy = Копировать
ui-copied = Скопировано
ui-tick-all = Отметить все показанные
ui-rows-ticked = Отмечено: { $count }
ui-ticked = Отмечено { $ticked } из { $count }
ui-progress-words = { $recipients }: { $parts }
ui-progress-sent = { $count } отправлено
ui-progress-failed = { $count } не доставлено
ui-progress-unknown = { $count } неизвестно
ui-progress-skipped = { $count } пропущено
ui-progress-waiting = { $count } ожидает
