"""A mail backend that keeps each mail as a file, for trying things out: nothing leaves the machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def folder() -> Path:
    """Where the mails lie, as ``<when, in UTC>-<chance>.eml``: the names sort by time."""
    return Path(settings.TENURE_HOME) / "mailbox"


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            keep(mail.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]  # Django's messages know it
        return len(email_messages)


def keep(mail: bytes) -> Path:
    """Write a mail at once: a reader never sees half of one, and only the owner reads."""
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = place / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{uuid4().hex[:8]}.eml"
    made = file.with_suffix(".part")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(mail)
    return made.replace(file)
