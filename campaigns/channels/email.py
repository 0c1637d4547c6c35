"""Email in Django's dialect: any mail backend, those of django-anymail among them."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email

from .email_outcome import AGAIN, outcome_of, said
from .port import Accepted, Outgoing, Refused, Result, Unknown

KEPT_SECONDS = 5.0  # a connection that rests longer is opened anew


@dataclass(frozen=True, slots=True)
class Key:
    """How a provider is told the key by which it drops a repeat, and for how long it does."""

    header: str
    window: timedelta
    is_http: bool = False  # a header of the request, not of the mail


# A bit less than the providers promise, so that a repeat never comes in the last moment.
KEYS = {
    "resend": Key("Idempotency-Key", timedelta(hours=23), is_http=True),
    "smtp.resend.com": Key("Resend-Idempotency-Key", timedelta(hours=23)),
    "brevo": Key("idempotencyKey", timedelta(minutes=14)),
}


class EmailPort:
    """One mail at a time over a connection that each thread keeps for a while."""

    name = "email"
    is_instant = False
    at_once = 4

    def __init__(self) -> None:
        self._kept = threading.local()

    @property
    def provider(self) -> str:
        """``smtp``, ``postmark``, …: the module of the backend, as receipts name it too."""
        return str(settings.EMAIL_BACKEND).split(".")[-2]

    @property
    def key(self) -> Key | None:
        return KEYS.get(settings.EMAIL_HOST if self.provider == "smtp" else self.provider)

    @property
    def key_window(self) -> timedelta | None:
        return self.key.window if self.key else None

    def send(self, message: Outgoing, *, seconds: float) -> Result:
        until = monotonic() + seconds
        try:
            mail = mail_of(message, self.key)
        except ValueError as error:
            return Refused(self.provider, said(error))
        try:
            backend = self._opened(seconds)
        except Exception as error:  # whatever it was, no mail was on its way yet
            self._drop()
            return Refused(self.provider, said(error), retry_after=AGAIN, is_outage=True)
        return self._handed(mail, message, backend, until)

    def _handed(self, mail: Any, message: Outgoing, backend: Any, until: float) -> Result:
        backend.timeout = until - monotonic()
        if backend.timeout <= 0:
            return Refused(self.provider, "Connecting took all the time.", retry_after=AGAIN, is_outage=True)
        if self.key and self.key.is_http:
            backend.session.headers[self.key.header] = str(message.message_id)
        try:
            taken = backend.send_messages([mail])
        except Exception as error:
            may_be_taken = getattr(backend, "is_text_out", True)  # asked before the connection is let go
            self._drop()
            return outcome_of(error, self.provider, may_be_taken=may_be_taken)
        self._kept.at = monotonic()
        if not taken:
            return Unknown(self.provider, "The mail backend did not say whether it took the mail.")
        return Accepted(self.provider, _id_of(mail))

    def _opened(self, seconds: float) -> Any:
        """The connection of this thread. A server may have left a kept one meanwhile, so that it is asked before."""
        kept = getattr(self._kept, "backend", None)
        if kept is not None:
            kept.timeout = seconds
            fresh = self._kept.path == settings.EMAIL_BACKEND and monotonic() - self._kept.at < KEPT_SECONDS
            if fresh and getattr(kept, "is_alive", lambda: True)():
                return kept
            self._drop()
        backend = get_connection(settings.EMAIL_BACKEND)
        backend.timeout = seconds  # type: ignore[attr-defined]  # of SMTP and of providers alike
        self._kept.backend, self._kept.path, self._kept.at = backend, settings.EMAIL_BACKEND, monotonic()
        backend.open()
        return backend

    def _drop(self) -> None:
        backend, self._kept.backend = getattr(self._kept, "backend", None), None
        with suppress(Exception):  # it is broken already
            if backend is not None:
                backend.close()


def mail_of(message: Outgoing, key: Key | None) -> EmailMultiAlternatives:
    """The mail, with the delivery's id in all places where it may come back to us. Raises ``ValueError``."""
    sender = message.sender or settings.DEFAULT_FROM_EMAIL
    texts = [message.recipient, message.subject, sender, message.reply_to]
    texts += [*message.headers, *message.headers.values()]
    if any(mark in text for text in texts for mark in "\r\n\0"):
        raise ValueError("A line break stands in an address, in the subject or in a header.")
    for address in (message.recipient, parseaddr(sender)[1]):
        _check(address)
    key_header = {key.header: str(message.message_id)} if key and not key.is_http else {}
    mail = EmailMultiAlternatives(
        subject=message.subject, body=message.text, from_email=sender, to=[message.recipient],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers={
            **message.headers,
            **key_header,
            "Message-ID": f"<{message.message_id}@{parseaddr(sender)[1].rpartition('@')[2]}>",
            "X-Tenure-Delivery": str(message.message_id),
        },
    )  # fmt: skip
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    mail.metadata = {"delivery": str(message.message_id)}  # type: ignore[attr-defined]  # read by django-anymail
    return mail


def _check(address: str) -> None:
    try:
        if not address.endswith("@localhost"):
            validate_email(address)
    except ValidationError as error:
        raise ValueError(f"{address!r} is not an email address.") from error


def _id_of(mail: Any) -> str:
    """The provider's own id, where its API tells one."""
    told = getattr(getattr(mail, "anymail_status", None), "message_id", None)
    return told[:200] if isinstance(told, str) else ""
