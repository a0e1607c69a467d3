"""schemathesis against the API of a built binary, with the demo loaded and real tokens of three of its people. Standard library alone; schemathesis
itself is installed under target/tools, by hashes.

Usage: api_fuzz.py BINARY [--short] [ARGUMENT …]
--short is what CI runs: within a minute, the same cases in the same order every time. The long form takes some five and fails with fewer
than 5,000 cases. Other arguments go to schemathesis (`--include-operation-id createMailing`).
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
TOOLS = os.path.join(ROOT, "tests", "api")
LEAST = 5000
# Seconds; a machine that is busy with something else takes longer than five minutes.
PATIENCE = 1800
LONG = ["--max-examples", "100", "--rate-limit", "45/s", "--generation-database", "none"]
# Few enough requests for what a user may send at once.
SHORT = ["--max-examples", "5", "--max-time", "50", "--rate-limit", "100/s", "--seed", "1", "--generation-deterministic", "--no-shrink"]
# Whoever works with the API, in the order in which they are tried; the first two must not see each other's rows.
PEOPLE = {name: f"{account}@periodical.example" for name, account in [("owner", "demo"), ("other", "demo-ru"), ("admin", "admin")]}


def schemathesis():
    """The command, in an environment of its own."""
    requirements = os.path.join(TOOLS, "requirements.txt")
    with open(requirements, encoding="utf-8") as file:
        version = re.search(r"^schemathesis==(\S+)", file.read(), re.M).group(1)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    folder = os.path.join(target, "tools", f"schemathesis-{version}")
    command = os.path.join(folder, "bin", "schemathesis")
    whole = os.path.join(folder, "whole")
    if not os.path.exists(whole):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", requirements]
        subprocess.run([os.path.join(folder, "bin", "python"), *install], check=True)
        with open(whole, "w", encoding="utf-8"):
            pass
    return command


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until_ready(base, server):
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if server.poll() is not None:
            raise SystemExit(f"the server ended with {server.returncode}")
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not get ready")


def run(command, environment, folder):
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command[1:])}: {done.stderr}")
    return done.stdout.strip()


def id_of(base, token):
    request = urllib.request.Request(f"{base}/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["id"]


def fuzz(command, base, tokens, folder, is_short, arguments):
    """schemathesis' exit code, and what it reports."""
    people = os.path.join(folder, "people.json")
    headers = {name: [{"name": "Authorization", "value": f"Bearer {token}"}] for name, token in tokens.items()}
    with open(people, "w", encoding="utf-8") as file:
        json.dump({"auth": [{"name": name, "fixedHeaders": value} for name, value in headers.items()]}, file)
    report = os.path.join(folder, "report.json")
    size = SHORT if is_short else LONG
    settings = ["--config-file", os.path.join(TOOLS, "schemathesis.toml")]
    arguments = [*size, "--report-json-path", report, *arguments]
    working = " ".join(str(id_of(base, token)) for token in tokens.values())
    environment = os.environ | {"PEOPLE": people, "HOOKS": os.path.join(TOOLS, "hooks.py"), "WORKING": working}
    run = [command, *settings, "run", f"{base}/api/v1/openapi.json", *arguments]
    done = subprocess.run(run, env=environment, cwd=folder, timeout=PATIENCE, check=False)
    if not os.path.exists(report):
        raise SystemExit(f"api fuzz: schemathesis ended with {done.returncode}")
    with open(report, encoding="utf-8") as file:
        return done.returncode, json.load(file)


def figures(report):
    cases, operations = report["test_cases"], report["operations"]
    return (
        f"api fuzz: {cases['generated']} cases over {operations['tested']} of {operations['total']} operations in {report['running_time']:.0f} s,"
        f" {cases['unique_failures']} failures, seed {report['seed']}"
    )


def main():
    arguments = sys.argv[1:]
    binary = os.path.abspath(arguments.pop(0))
    is_short = "--short" in arguments
    arguments = [argument for argument in arguments if argument != "--short"]
    command = schemathesis()
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="periodical-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # as root, Postgres runs as another user, who has to come through
        settings = {"DATA_DIR": f"{folder}/data", "LISTEN": f"127.0.0.1:{port}"}
        # Without SMTP_URL every mail stays in the catcher: nothing leaves the machine.
        unset = ("DATABASE_URL", "SMTP_URL", "SECRET_KEY", "PUBLIC_URL", "MAIL_FROM", "REDIS_URL")
        environment = {name: value for name, value in os.environ.items() if name not in unset} | settings
        with open(f"{folder}/server.log", "w", encoding="utf-8") as log:
            server = subprocess.Popen([binary], env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            until_ready(base, server)
            run([binary, "seed"], environment, folder)
            create = [binary, "token", "create", "--name", "Fuzzer", "--email"]
            tokens = {name: run([*create, email], environment, folder) for name, email in PEOPLE.items()}
            code, report = fuzz(command, base, tokens, folder, is_short, arguments)
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGINT)
            try:
                ended = server.wait(timeout=60)
            except subprocess.TimeoutExpired:
                server.kill()
                ended = server.wait()
        with open(f"{folder}/server.log", encoding="utf-8") as log:
            errors = [line for line in log if "ERROR" in line or "panicked" in line]
        print(figures(report))
        if errors or code != 0 or ended != 0:
            raise SystemExit(f"api fuzz: schemathesis ended with {code}, the server with {ended}\n{''.join(errors[-20:])}")
        if not is_short and not arguments and report["test_cases"]["generated"] < LEAST:
            raise SystemExit(f"api fuzz: fewer than {LEAST} cases")


main()
