"""How often somebody may ask. Rates: ``THROTTLE_…`` of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import redis
import structlog
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, ScopedRateThrottle, SimpleRateThrottle, UserRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView  # its module reads the settings that name this one

log = structlog.get_logger(__name__)


class OpenWhenDown(SimpleRateThrottle):
    """Counts in the cache; while the cache is down, nobody is turned away for it."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        try:
            return super().allow_request(request, view)
        except (redis.RedisError, OSError) as error:
            log.warning("not throttled, the cache does not answer", error=str(error))
            return True


class AnonymousRate(OpenWhenDown, AnonRateThrottle):
    """Per address, without a login."""


class UserRate(OpenWhenDown, UserRateThrottle):
    """Per user, whatever the number of tokens."""


class ScopedRate(OpenWhenDown, ScopedRateThrottle):
    """Per address and kind of request: the ``throttle_scope`` of the view."""
