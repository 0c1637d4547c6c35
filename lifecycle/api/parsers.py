"""Reading bodies: never more than the limit, and never anything but valid JSON in UTF-8."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import msgspec
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from .exceptions import PayloadTooLarge

MAX_BODY = 5_000_000
MAX_FORM = 100_000

Context = Mapping[str, Any] | None


class StrictJSON(BaseParser):
    """JSON for forms: at most ``MAX_FORM`` bytes."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Context = None) -> Any:
        body = read(stream, MAX_FORM)
        try:
            return msgspec.json.decode(body)
        except msgspec.DecodeError as error:
            raise ParseError(f"This is not valid JSON: {error}.") from error
        except UnicodeDecodeError as error:
            raise ParseError("The body is not UTF-8.") from error
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error


class RawJSON(BaseParser):
    """JSON as bytes, at most ``MAX_BODY``; the view decodes them itself."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Context = None) -> Any:
        return read(stream, MAX_BODY)


def read(stream: IO[bytes], limit: int) -> bytes:
    """The whole body. Raises ``PayloadTooLarge`` without reading more than one byte beyond the limit."""
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise PayloadTooLarge(f"The body may have {limit:,} bytes.")
    return body
