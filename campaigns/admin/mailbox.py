"""Reads the mails that the mailbox backend keeps, the latest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from heapq import nlargest
from itertools import islice
from pathlib import Path

from django.conf import settings

from campaigns.channels.mailbox import EmailBackend, folder

SHOWN = 100
_NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Mail:
    """``name``: of its file, without ``.eml``; it begins with the instant at which it was sent."""

    name: str
    message: EmailMessage

    @property
    def sent_at(self) -> datetime:
        return datetime.strptime(self.name.partition("Z")[0], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "(no subject)")

    @property
    def to(self) -> str:
        return str(self.message["To"] or "")

    @property
    def sender(self) -> str:
        return str(self.message["From"] or "")

    @property
    def delivery(self) -> str:
        """The message id of its delivery, if a campaign sent it."""
        return str(self.message["X-Tenure-Delivery"] or "")

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    def part(self, kind: str) -> str:
        """``html`` or ``plain``; empty if it has none."""
        found = self.message.get_body(preferencelist=(kind,))
        return str(found.get_content()) if found is not None else ""


def is_in_use() -> bool:
    return f"{EmailBackend.__module__}.{EmailBackend.__qualname__}" == settings.EMAIL_BACKEND


def latest(search: str = "") -> Iterator[Mail]:
    """With what a text finds in recipient or subject."""
    files = [one for one in folder().glob("*.eml") if _NAME.fullmatch(one.stem)] if folder().is_dir() else []
    newest = nlargest(len(files) if search else SHOWN, files, key=lambda one: one.name)
    found = (one for one in map(_headers, newest) if one and search.lower() in f"{one.to} {one.subject}".lower())
    return islice(found, SHOWN)


def mail_named(name: str) -> Mail | None:
    """One whole mail; the name comes from an address, so nothing but a name of ours is looked for."""
    file = folder() / f"{name}.eml"
    if not _NAME.fullmatch(name) or not file.is_file():
        return None
    message = message_from_bytes(file.read_bytes(), policy=default)
    return Mail(name, message)


def _headers(file: Path) -> Mail | None:
    try:
        with file.open("rb") as handle:
            return Mail(file.stem, BytesHeaderParser(policy=default).parse(handle))
    except FileNotFoundError:  # somebody tidied up meanwhile
        return None
