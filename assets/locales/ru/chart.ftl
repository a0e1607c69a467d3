chart-table = Те же данные таблицей
