"""The process in which texts of authors are rendered: it has no secrets, opens no files, and is killed at will.

It reads one job a line and answers with one line; it ends when its parent does.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from contextlib import suppress
from typing import Any

from .errors import CannotRender
from .mail import compose
from .texts import Group, names_in, render

SECONDS, MEGABYTES = 3, 128
_TRIAL = "<mjml><mj-body><mj-raw>{{ '2026-03-01' | date: '%B' | upcase }}</mj-raw></mj-body></mjml>"


def do(job: dict[str, Any]) -> Any:
    """``mail``: a whole mail. ``texts``: single texts by name. ``names``: the values that texts read."""
    match job["do"]:
        case "mail":
            return compose(job["texts"], _read(job["values"]), **job["options"])
        case "texts":
            texts, values = job["texts"].items(), _read(job["values"])
            return {name: render(text, values, place=name) for name, text in texts}
        case "names":
            return {name: names_in(text, place=name) for name, text in job["texts"].items()}
        case other:
            raise ValueError(f"there is no job {other}")


def _read(values: str) -> Any:
    return json.loads(values, object_pairs_hook=Group)


def answer(line: bytes) -> dict[str, Any]:
    try:
        return {"done": do(json.loads(line))}
    except CannotRender as error:
        return {"message": error.message, "place": error.place, "line": error.line, "missing": error.missing}
    except MemoryError:
        raise
    except Exception as error:
        return {"message": f"{type(error).__name__}: {error}"[:300], "place": "", "line": 0}


def main() -> None:
    # Whatever is loaded late is loaded now; afterwards no file can be opened.
    compose({"subject": "-", "preheader": "", "body": _TRIAL, "text": ""}, {}, language="en")
    for what, most in (
        (resource.RLIMIT_AS, MEGABYTES << 20),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        with suppress(OSError, ValueError):  # not every system bounds memory; time is bounded everywhere
            resource.setrlimit(what, (most, most))
    _say({})
    for line in sys.stdin.buffer:
        signal.alarm(SECONDS)  # nothing catches it, whatever has become of the parent
        _say(answer(line))
        signal.alarm(0)


def _say(found: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n")
    sys.stdout.buffer.flush()
