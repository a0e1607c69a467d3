chart-table = The figures as a table
