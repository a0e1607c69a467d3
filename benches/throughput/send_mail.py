"""Django's send_mail in a loop over one open connection; prints the seconds that the loop took."""

import sys
import time

from django.conf import settings

host, port, count, subject, text, html = sys.argv[1:]
settings.configure(EMAIL_HOST=host, EMAIL_PORT=int(port))

from django.core.mail import get_connection, send_mail  # noqa: E402 (it reads the settings)

connection = get_connection()
connection.open()


def send(number):
    send_mail(
        subject,
        text,
        "Periodical <bench@periodical.example>",
        [f"Rita Reader {number} <reader{number}@example.org>"],
        html_message=html,
        connection=connection,
    )


# The first one looks up this machine's name.
send(0)
began = time.perf_counter()
for number in range(1, int(count) + 1):
    send(number)
print(time.perf_counter() - began)
connection.close()
