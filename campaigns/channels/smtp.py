"""SMTP that knows how far it came. smtplib raises the same error whether the server has taken a mail or not."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from time import monotonic
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp


class _Phases:
    """Notes when the text goes out, from when on silence may mean yes, and keeps to one deadline for all answers."""

    is_text_out = False
    sock: Any

    def __init__(self, *args: Any, timeout: float, **more: Any) -> None:
        self.deadline = monotonic() + timeout
        super().__init__(*args, timeout=timeout, **more)  # type: ignore[call-arg]  # of smtplib.SMTP

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is not None:
            self.sock.settimeout(max(self.deadline - monotonic(), 0.001))
        code, reply = super().getreply()  # type: ignore[misc]  # of smtplib.SMTP
        self.is_text_out |= code == 354
        return code, reply


class _Plain(_Phases, smtplib.SMTP): ...


class _Encrypted(_Phases, smtplib.SMTP_SSL): ...


class EmailBackend(smtp.EmailBackend):
    """Django's, with ``is_text_out``: ``False`` when the last mail has certainly not been taken.

    It never raises once a mail was taken, and an answer takes at most ``timeout`` seconds for the whole mail.
    """

    connection: Any
    timeout: float

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Encrypted if self.use_ssl else _Plain

    @property
    def is_text_out(self) -> bool:
        return self.connection is not None and self.connection.is_text_out

    def is_alive(self) -> bool:
        """Whether the server still keeps an open connection."""
        if self.connection is None:
            return False
        self.connection.deadline = monotonic() + self.timeout
        with suppress(OSError, smtplib.SMTPException):
            return bool(self.connection.noop()[0] == 250)
        return False

    def _send(self, email_message: EmailMessage) -> bool:
        self.connection.is_text_out = False
        self.connection.deadline = monotonic() + self.timeout
        return bool(super()._send(email_message))  # type: ignore[misc]  # Django's own, which the stubs leave out

    def _close_connection(self, connection: Any) -> None:
        connection.deadline = monotonic() + 1  # politeness that may cost little
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
        connection.close()
