"""What schemathesis has to be told in Python."""

import itertools
import os
import re

import schemathesis

NUMBERS = itertools.count(1)
# The ids of those whose tokens all of this is done with.
WORKING = {int(number) for number in os.environ["WORKING"].split()}


def keep_people(case):
    """A manager blocks whoever is in the list of users, but not those."""
    if case.operation.label == "PUT /users/{id}/block" and case.path_parameters.get("id") in WORKING:
        case.path_parameters["id"] = 2**40


def stay_here(case):
    """Webhooks lead to nobody (RFC 6761, section 6.4): nothing leaves the machine."""
    body = case.body
    if case.operation.path.startswith("/webhooks") and isinstance(body, dict) and str(body.get("url")).startswith("https://"):
        case.body = body | {"url": f"https://periodical.invalid/{next(NUMBERS)}"}


def choose_a_new_key(case):
    """A key that was used before gets the answer from before, and what was created then may have been deleted since: to a check that follows what
    is created that would look as if it had never been there. That a key counts once is tested in tests/it/api/once.rs.
    """
    key = (case.headers or {}).get("Idempotency-Key")
    if key and case.meta and case.meta.phase.name.value == "stateful" and re.fullmatch("[!-~]{1,240}", key):
        case.headers["Idempotency-Key"] = f"{key}-{next(NUMBERS)}"


@schemathesis.hook
def before_call(context, case, kwargs):
    keep_people(case)
    stay_here(case)
    choose_a_new_key(case)
