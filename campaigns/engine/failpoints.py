"""Places where a test may make a process die, stand still or fail: ``TENURE_FAILPOINT=after_intent:kill:0.01``.

Several are separated by commas. Without the variable they do nothing.
"""

from __future__ import annotations

import os
import random
import signal
from typing import NoReturn

POINTS = frozenset({"after_claim", "before_intent", "after_intent", "before_result", "after_result"})
VARIABLE = "TENURE_FAILPOINT"


class FailpointReached(RuntimeError):
    """A test asked for it."""


def reach(point: str) -> None:
    """Do what the environment asks for at this point, as often as it says."""
    for asked in filter(None, os.environ.get(VARIABLE, "").split(",")):
        name, act, share = _read(asked)
        if name == point and random.random() < share:  # noqa: S311  no secret
            _ACTS[act](point)


def _read(asked: str) -> tuple[str, str, float]:
    name, act, share = (*asked.split(":"), "1", "1")[:3]
    if name not in POINTS or act not in _ACTS:
        raise ValueError(f"{VARIABLE} is {asked!r}: a point of {sorted(POINTS)}, then one of {sorted(_ACTS)}")
    return name, act, float(share)


def _kill(point: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stop(point: str) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _raise(point: str) -> NoReturn:
    raise FailpointReached(point)


_ACTS = {"kill": _kill, "stop": _stop, "raise": _raise}
