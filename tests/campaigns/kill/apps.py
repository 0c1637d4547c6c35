"""What differs in the processes of the kill bench."""

import os
from datetime import timedelta

from django.apps import AppConfig

LEASE_SECONDS = 6
VARIABLE = "KILL_BENCH_BROKEN"


class KillConfig(AppConfig):
    name = "tests.campaigns.kill"
    label = "kill"

    def ready(self) -> None:
        from . import broken  # noqa: PLC0415  they need the models

        hurry()
        if name := os.environ.get(VARIABLE):
            broken.VARIANTS[name]()


def hurry() -> None:
    """Nobody waits for minutes here."""
    from campaigns.channels import email, email_outcome  # noqa: PLC0415  they need the models
    from campaigns.engine import breaker, claim  # noqa: PLC0415  they need the models

    claim.LEASE = timedelta(seconds=LEASE_SECONDS)
    breaker.RESTS_FOR = email.AGAIN = email_outcome.AGAIN = timedelta(seconds=1)
