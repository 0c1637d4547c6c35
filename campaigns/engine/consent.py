"""Whether people may be written to. A stand-in: another part writes it."""

from __future__ import annotations

from hashlib import blake2b

from django.conf import settings


def digest_of(address: str) -> str:
    return blake2b(
        address.strip().casefold().encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=32
    ).hexdigest()
