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


@schemathesis.hook
def before_call(context, case, kwargs):
    """A key that was used before gets the answer from before, and what was created then may have been deleted since: to a check that follows what
    is created that would look as if it had never been there. So there each key is new; that a key counts once is tested in tests/it/api/once.rs.
    """
    keep_people(case)
    key = (case.headers or {}).get("Idempotency-Key")
    if key and case.meta and case.meta.phase.name.value == "stateful" and re.fullmatch("[!-~]{1,240}", key):
        case.headers["Idempotency-Key"] = f"{key}-{next(NUMBERS)}"
