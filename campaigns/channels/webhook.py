"""Webhooks as Standard Webhooks has them: signed, at least once, one id for all repeats of a message."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Timer
from time import monotonic
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from standardwebhooks import Webhook

from .addresses import NotAllowed, connect, look_at
from .port import Accepted, Outgoing, Refused, Result, Unknown
from .retry_after import wait_of

MAX_SECONDS = 20.0
MAX_ANSWER = 64_000
AGAIN = timedelta(minutes=1)
LATER = timedelta(minutes=15)
_PORT_OF = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a webhook goes. ``secrets``: the newest first; each signs, while one takes over from the other."""

    url: str
    secrets: tuple[str, ...]
    off_reason: str | None = None


class Endpoints(Protocol):
    """Who knows the endpoints. Channels know no tables, so the floor above gives this to the port."""

    def find(self, key: str) -> Endpoint | None: ...
    def switch_off(self, key: str, reason: str) -> None: ...


class WebhookPort:
    name = "webhook"
    key_window: timedelta | None = timedelta(days=3)  # the receiver drops a repeat by its id
    is_instant = False
    at_once = 20
    endpoints: Endpoints

    def send(self, message: Outgoing, *, seconds: float) -> Result:
        try:
            return self._sent(message, min(seconds, MAX_SECONDS))
        except Exception as error:  # nothing that an endpoint does may reach the worker
            return Unknown(self.name, _said(error))

    def _sent(self, message: Outgoing, seconds: float) -> Result:
        endpoint = self.endpoints.find(message.recipient)
        if endpoint is None:
            return Refused(self.name, f"There is no endpoint {message.recipient!r}.")
        if endpoint.off_reason is not None:
            return Refused(self.name, f"The endpoint is switched off. {endpoint.off_reason}".strip())
        until = monotonic() + seconds
        try:
            body, headers = written(message, endpoint, datetime.now(UTC))
            url = checked(endpoint.url)
            plain = connect(
                str(url.hostname), url.port or _PORT_OF[url.scheme], seconds=seconds,
                may_be_private=settings.CAMPAIGN_WEBHOOKS_MAY_BE_PRIVATE,
            )  # fmt: skip
        except (TypeError, ValueError) as error:  # an address that is not allowed, a bad secret, no plain JSON
            return Refused(self.name, _said(error))
        except OSError as error:
            return Refused(self.name, _said(error), retry_after=AGAIN, is_outage=True)
        with plain, cut_off(plain, until):
            plain.settimeout(seconds)
            return self._over(plain, url, body, headers, message.recipient)

    def _over(self, plain: socket.socket, url: SplitResult, body: bytes, headers: dict[str, str], key: str) -> Result:
        """Hand over and judge the answer. Once the connection stands, silence may mean yes."""
        connection = http.client.HTTPConnection(url.netloc)
        try:
            connection.sock = _encrypted(plain, url) if url.scheme == "https" else plain
        except OSError as error:
            return Refused(self.name, _said(error), retry_after=AGAIN, is_outage=True)
        with closing(connection):
            try:
                connection.request("POST", (url.path or "/") + (url.query and f"?{url.query}"), body, headers)
                response = connection.getresponse()
            except (OSError, http.client.HTTPException) as error:
                return Unknown(self.name, _said(error))
            text = b""
            with suppress(OSError, http.client.HTTPException):  # the status has said all that counts
                text = response.read(MAX_ANSWER)
        if response.status == 410:
            self.endpoints.switch_off(key, "It answered 410, it is gone.")
        return judged(response.status, text.decode("utf-8", "replace"), response.headers.get("Retry-After"))


def written(message: Outgoing, endpoint: Endpoint, now: datetime) -> tuple[bytes, dict[str, str]]:
    """Body and headers. ``webhook-id`` stays over all repeats, the time is of this one. Raises ``ValueError``."""
    text = json.dumps(dict(message.payload), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    name = str(message.message_id)
    if not endpoint.secrets:
        raise ValueError("The endpoint has no secret to sign with.")
    return text.encode(), {
        "Content-Type": "application/json",
        "User-Agent": "Tenure",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(name, now, text) for secret in endpoint.secrets),
    }


def checked(address: str) -> SplitResult:
    """The parts of an address. Raises ``NotAllowed``."""
    url = urlsplit(address)
    if not address.isascii() or not address.isprintable() or " " in address:
        raise NotAllowed("The address must be of plain letters, without spaces.")
    if url.scheme not in _PORT_OF or not url.hostname or url.username is not None:
        raise NotAllowed("The address must be http:// or https://, with a host and without a login.")
    return url


def allowed(address: str) -> None:
    """Raises ``NotAllowed`` for an address to which no webhook can go, whatever its name leads to."""
    url = checked(address)
    port = url.port or _PORT_OF[url.scheme]
    look_at(str(url.hostname), port, may_be_private=settings.CAMPAIGN_WEBHOOKS_MAY_BE_PRIVATE)


def _encrypted(plain: socket.socket, url: SplitResult) -> socket.socket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=url.hostname)


@contextmanager
def cut_off(held: socket.socket, until: float) -> Iterator[None]:
    """End a connection at an instant, even if the other side sends a byte now and then to keep it."""
    with held.dup() as same:  # stays valid when encryption takes the other over
        timer = Timer(max(until - monotonic(), 0.001), _shut, (same,))
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _shut(held: socket.socket) -> None:
    with suppress(OSError):
        held.shutdown(socket.SHUT_RDWR)


def judged(status: int, text: str, retry_after: str | None) -> Result:
    """What a status means: 2xx alone is yes. Behind a gateway that gave up, it may have been taken."""
    if 200 <= status < 300:
        return Accepted(WebhookPort.name)
    reason = f"{status} {' '.join(text.split())}"[:200].strip()
    if status == 410:
        return Refused(WebhookPort.name, reason)
    if status in {502, 504} or status < 200:
        return Unknown(WebhookPort.name, reason)
    if status in {408, 425, 429} or status >= 500:
        return Refused(WebhookPort.name, reason, retry_after=wait_of(retry_after) or AGAIN, is_outage=True)
    return Refused(WebhookPort.name, reason, retry_after=LATER)


def _said(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:200]
