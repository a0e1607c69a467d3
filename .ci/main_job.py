"""The main job from the built binary, with JavaScript off: start, set the site up, and then as a newcomer does it: register,
confirm by the caught mail, sign in, recipients, message, mailing; the mails arrive; stop. Standard library alone.

Usage: main_job.py BINARY [--keep-running-for COMMAND …]
With a command: it runs while the server is up, with DATABASE_URL set to its embedded database.
"""

import html.parser
import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

DEADLINE = 120


class Forms(html.parser.HTMLParser):
    """Every form of a page with the fields that stand in it."""

    def __init__(self):
        super().__init__()
        self.forms, self.select = [], None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append({"action": attributes.get("action"), "fields": {}})
        elif self.forms and tag in ("input", "textarea", "select") and attributes.get("name"):
            kind = attributes.get("type")
            if kind in ("radio", "checkbox") and "checked" not in attributes:
                return
            self.forms[-1]["fields"][attributes["name"]] = attributes.get("value", "")
            self.select = attributes["name"] if tag == "select" else None
        elif self.forms and tag == "option" and self.select and "selected" in attributes:
            self.forms[-1]["fields"][self.select] = attributes.get("value", "")


class Reader:
    """A browser without JavaScript."""

    def __init__(self, base):
        self.base = base
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def open(self, path, fields=None):
        data = urllib.parse.urlencode(fields, doseq=True).encode() if fields is not None else None
        try:
            with self.opener.open(urllib.parse.urljoin(self.base, path), data, timeout=30) as answer:
                self.url, self.text = answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{path}: {error.code}\n{error.read().decode()[:2000]}") from error
        return self.text

    def submit(self, page, action, **fields):
        """Fills in the form of `page` that leads to `action` and sends it."""
        parser = Forms()
        parser.feed(self.open(page))
        form = next(form for form in parser.forms if form["action"] == action)
        return self.open(action, form["fields"] | fields)


def until(what, look):
    """Waits for a condition, and says which one was not met."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    raise SystemExit(f"waited {DEADLINE} s in vain for: {what}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(base):
    try:
        with urllib.request.urlopen(f"{base}/healthz", timeout=5) as health, urllib.request.urlopen(f"{base}/readyz", timeout=5):
            return health.status == 200
    except OSError:
        return False


def walk(base):
    administrator = Reader(base)
    assert "Welcome to Periodical" in administrator.open("/") and administrator.url.endswith("/setup"), administrator.text
    administrator.submit("/setup", "/setup", email="admin@example.org", full_name="Ada Admin", password="a few words in a row")
    assert administrator.url == f"{base}/" and "Ada Admin" in administrator.text, administrator.text

    reader = Reader(base)
    assert "Recurring e-mail" in reader.open("/")
    account = {"email": "newcomer@example.org", "full_name": "Nora Newcomer", "password": "a few words in a row"}
    assert "Look into your mailbox" in reader.submit("/register", "/register", **account)

    found = until("the verification mail", lambda: re.search(r'/dev/inbox/\d+(?=">Confirm your address)', reader.open("/dev/inbox")))
    link = re.search(r"http://[^\s\"<]+/verify/[0-9a-f]+", reader.open(found.group())).group()
    assert "Your address is confirmed" in reader.open(urllib.parse.urlparse(link).path)
    reader.submit("/login", "/login", email=account["email"], password=account["password"])
    assert "Hello, Nora Newcomer" in reader.text, reader.text

    for number in range(3):
        reader.submit("/recipients/new", "/recipients", email=f"reader{number}@example.org", full_name=f"Reader {number}")
    reader.submit("/messages/new", "/messages", subject="Hello from the main job", body="Good morning,\n\nit works.")
    message = re.search(r'<option value="(\d+)"[^>]*>Hello from the main job', reader.open("/mailings/new")).group(1)
    reader.submit("/mailings/new", "/mailings", name="Main job", message_id=message, period="daily")
    assert re.search(r"/mailings/\d+$", reader.url), reader.url
    mailing = urllib.parse.urlparse(reader.url).path
    assert 'id="upcoming"' in reader.text and "every day" in reader.text.lower(), reader.text

    attempt = until("the attempt", lambda: re.search(r"/attempts/\d+", reader.open(mailing))).group()
    until("the attempt's end", lambda: "Finished" in reader.open(attempt))
    assert reader.text.count(">sent<") >= 3 or "3</strong> sent" in reader.text, reader.text
    for number in range(3):
        until(f"the mail to reader {number}", lambda n=number: f"reader{n}@example.org" in reader.open("/dev/inbox?q=main+job"))
    assert "next" in reader.open("/mailings").lower()
    print(f"main job: 3 mails of {mailing} arrived, the next run is scheduled")


def main():
    binary, command = os.path.abspath(sys.argv[1]), sys.argv[3:]
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="periodical-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # as root, Postgres runs as another user, who has to come through
        settings = {"DATA_DIR": f"{folder}/data", "LISTEN": f"127.0.0.1:{port}"}
        unset = ("DATABASE_URL", "SMTP_URL", "SECRET_KEY", "PUBLIC_URL", "MAIL_FROM")
        environment = {name: value for name, value in os.environ.items() if name not in unset} | settings
        started = time.monotonic()
        server = subprocess.Popen([binary], env=environment, cwd=folder)
        try:
            until("the server", lambda: server.poll() is not None or answers(base))
            if server.poll() is not None:
                raise SystemExit(f"the server ended with {server.returncode}")
            print(f"main job: healthy after {time.monotonic() - started:.1f} s")
            again = subprocess.run([binary], env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
            assert again.returncode != 0 and "already running" in again.stderr and again.stderr.count("\n") == 1, again.stderr
            walk(base)
            if command:
                url = subprocess.run([binary, "database-url"], env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
                subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=True)
        finally:
            server.send_signal(signal.SIGINT)
            code = server.wait(timeout=60)
        assert code == 0, f"the server ended with {code}"
        assert not os.path.exists(f"{folder}/data/postgres/postmaster.pid"), "Postgres still runs"
        print("main job: stopped, and Postgres with it")


main()
