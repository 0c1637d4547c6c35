"""Typed readers of environment variables.

A bad value ends the process with one sentence that names the variable, the value and what would be right. The
exception is SystemExit, so that manage.py, Celery and Gunicorn all print it and leave with code 1, without a traceback.
"""

import json
import os
import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

# Every variable that was asked for; .env.example must list the same.
names: set[str] = set()

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
RATE = re.compile(r"[1-9][0-9]*/(second|minute|hour|day)")


def refuse(name: str, value: str, right: str) -> NoReturn:
    raise SystemExit(f"The environment variable {name} is {value!r}, but it must be {right}.")


def require(name: str, reason: str) -> NoReturn:
    raise SystemExit(f"The environment variable {name} is missing: {reason}.")


def read(name: str, default: T, right: str, parse: Callable[[str], T]) -> T:
    """The parsed value; `parse` raises ValueError for what is not `right`. Unset and empty mean the default."""
    names.add(name)
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return parse(value)
    except ValueError:
        refuse(name, value, right)


def text(name: str, default: str = "") -> str:
    return read(name, default, "a text", str)


def secret(name: str, *, at_least: int) -> str:
    """A text that must not be short. The sentence does not repeat it, since it would end up in a log."""
    value = text(name)
    if value and len(value) < at_least:
        refuse(name, f"{len(value)} characters", f"{at_least} characters or longer")
    return value


def integer(name: str, default: int, *, least: int = 0, most: int = 2**31 - 1) -> int:
    def parse(value: str) -> int:
        if not least <= (number := int(value)) <= most:
            raise ValueError
        return number

    return read(name, default, f"a whole number from {least} to {most}", parse)


def boolean(name: str, *, default: bool) -> bool:
    def parse(value: str) -> bool:
        if value.lower() not in TRUE | FALSE:
            raise ValueError
        return value.lower() in TRUE

    return read(name, default, "true or false", parse)


def choice(name: str, default: str, options: Iterable[str]) -> str:
    known = list(options)

    def parse(value: str) -> str:
        return known[[option.lower() for option in known].index(value.lower())]

    return read(name, default, f"one of {', '.join(known)}", parse)


def items(name: str, default: list[str]) -> list[str]:
    return read(
        name,
        default,
        "texts separated by commas",
        lambda value: [part.strip() for part in value.split(",") if part.strip()],
    )


def json_object(name: str) -> dict[str, Any]:
    """A JSON object. The sentence does not repeat it: it may hold secrets."""
    value = text(name)
    try:
        found = json.loads(value or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        refuse(name, f"{len(value)} characters", 'a JSON object such as {"NAME": "value"}')
    return found


def webhook_secrets(name: str) -> list[str]:
    """Secrets of Standard Webhooks, which the sentence does not repeat."""
    found = items(name, [])
    for one in found:
        coded = one.removeprefix("whsec_").rstrip("=")
        try:
            key = b64decode(coded + "=" * (-len(coded) % 4), validate=True)
            is_good = one.startswith("whsec_") and len(key) >= 24
        except ValueError:
            is_good = False
        if not is_good:
            refuse(name, f"{len(one)} characters", "whsec_ and 24 random bytes or more in base64")
    return found


def origins(name: str) -> list[str]:
    def parse(value: str) -> list[str]:
        found = [part.strip().rstrip("/") for part in value.split(",") if part.strip()]
        if any(urlsplit(origin).scheme not in {"http", "https"} or not urlsplit(origin).netloc for origin in found):
            raise ValueError
        return found

    return read(name, [], "addresses such as https://tenure.example.com, separated by commas", parse)


def url(name: str, schemes: Iterable[str], example: str) -> str:
    """An address with one of the `schemes`, or an empty text. A password in it is not repeated in the sentence."""
    names.add(name)
    value = os.environ.get(name, "").strip()
    try:
        parts = urlsplit(value)
        good = not value or (parts.scheme in set(schemes) and bool(parts.netloc or parts.path) and parts.port != 0)
    except ValueError:
        good = False
    if not good:
        refuse(name, re.sub(r":[^:/@]*@", ":***@", value), f"an address such as {example}")
    return value


def currency(name: str, default: str) -> str:
    def parse(value: str) -> str:
        if not re.fullmatch("[A-Z]{3}", value):
            raise ValueError
        return value

    return read(name, default, "a currency of ISO 4217 such as USD", parse)


def rate(name: str, default: str) -> str:
    def parse(value: str) -> str:
        if not RATE.fullmatch(value):
            raise ValueError
        return value

    return read(name, default, "a rate such as 600/minute (second, minute, hour or day)", parse)


def folder(name: str, default: Path) -> Path:
    """An absolute folder; it need not be there yet, but a file in its place is refused."""

    def parse(value: str) -> Path:
        path = Path(value).expanduser().absolute()
        if path.exists() and not path.is_dir():
            raise ValueError
        return path

    return read(name, default, "a folder", parse)
