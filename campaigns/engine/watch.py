"""How long a worker may take for what it has claimed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

LEASE_SHARE = 0.8  # the last fifth of a lease is for writing down what came of calls


@dataclass(frozen=True, slots=True)
class Watch:
    """A clock that runs on while the process stands still: it showed ``now`` when it ``began``.

    After ``ends`` nothing more is begun; what is on its way then may take until the lease ends.
    """

    now: datetime
    began: float
    ends: float

    @classmethod
    def start(cls, now: datetime, seconds: float) -> Watch:
        began = monotonic()
        return cls(now, began, began + seconds)

    def allow(self, seconds: float) -> Watch:
        """The same clock, for something that is begun within some seconds from here."""
        return replace(self, ends=monotonic() + seconds)

    @property
    def is_over(self) -> bool:
        return monotonic() >= self.ends

    @property
    def instant(self) -> datetime:
        return self.now + timedelta(seconds=monotonic() - self.began)

    def left(self, lease_until: datetime) -> float:
        """How many seconds a call may take that a lease stands for."""
        lease = (lease_until - self.now).total_seconds()
        return self.began + LEASE_SHARE * lease - monotonic()
