"""What an error of a mail backend means for the mail: certainly not taken, or nobody knows."""

from __future__ import annotations

import smtplib
import ssl
from datetime import timedelta
from http import HTTPStatus

from anymail.exceptions import AnymailAPIError, AnymailError
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.exceptions import SSLError as TLSError

from .port import Accepted, Refused, Result, Unknown
from .retry_after import wait_of

AGAIN = timedelta(minutes=1)
LATER = timedelta(minutes=5)  # greylisting asks for some minutes
_NEVER_LEFT = (ConnectTimeoutError, NameResolutionError, NewConnectionError)


def said(error: BaseException) -> str:
    """An error as one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"[:200]
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:200]


def outcome_of(error: Exception, provider: str, *, may_be_taken: bool) -> Result:
    """``may_be_taken``: whether the mail was on its way, as far as the backend knows."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()))
            return _answered(code, f"{code} {_text(text)}", provider)
        case smtplib.SMTPSenderRefused() if error.smtp_code != 552:  # of the account, not of this mail; 552: too big
            return Refused(provider, said(error), retry_after=LATER, is_outage=True)
        case smtplib.SMTPResponseException() if 400 <= error.smtp_code < 600:
            return _answered(error.smtp_code, said(error), provider)
        case AnymailAPIError():
            return _of_api(error, provider)
        case AnymailError():  # refused before it was sent, or by all that a provider says of the recipient
            return Refused(provider, said(error))
    if may_be_taken:
        return Unknown(provider, said(error))
    if isinstance(error, OSError | smtplib.SMTPException):
        return Refused(provider, said(error), retry_after=AGAIN, is_outage=True)
    return Refused(provider, said(error))


def _answered(code: int, text: str, provider: str) -> Result:
    """A server's answer: 4xx later, 5xx never."""
    if code >= 500:
        return Refused(provider, text[:200])
    return Refused(provider, text[:200], retry_after=LATER, is_outage=code == 421)


def _of_api(error: AnymailAPIError, provider: str) -> Result:
    """An answer of a provider's API, or none. A 5xx may come from a gateway behind which the mail was taken."""
    status = getattr(error, "status_code", None)
    if status is None:
        if _never_left(error):
            return Refused(provider, said(error), retry_after=AGAIN, is_outage=True)
        return Unknown(provider, said(error))
    if "duplicate_parameter" in str(error):  # Brevo has the mail of this key
        return Accepted(provider)
    wait = wait_of(error.response.headers.get("Retry-After") if error.response is not None else None)
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Refused(provider, said(error), retry_after=wait or AGAIN, is_outage=True)
        case HTTPStatus.SERVICE_UNAVAILABLE if wait:
            return Refused(provider, said(error), retry_after=wait, is_outage=True)
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.PAYMENT_REQUIRED | HTTPStatus.FORBIDDEN:  # of the account
            return Refused(provider, said(error), retry_after=LATER, is_outage=True)
        case _ if 400 <= status < 500:
            return Refused(provider, said(error))
        case _:
            return Unknown(provider, said(error))


def _never_left(error: BaseException) -> bool:
    """Whether no connection came about at all."""
    cause = error.__cause__
    inner = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    if isinstance(inner, TLSError):
        return bool(inner.args) and isinstance(inner.args[0], ssl.SSLCertVerificationError)
    return isinstance(inner, _NEVER_LEFT)


def _text(reply: bytes | str) -> str:
    return " ".join((reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)).split())
