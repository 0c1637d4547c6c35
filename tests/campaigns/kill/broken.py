"""The usual mistakes, made on purpose: a bench that does not see them proves nothing."""

from __future__ import annotations

from campaigns.engine import gate, sending, sweep
from campaigns.models import Delivery, DeliveryState
from campaigns.rules.gate import Go


def mark_first() -> None:
    """A message counts as sent before it is: who dies in between has lost it."""
    real = sending.pass_gate

    def pass_gate(*, letters, now):
        verdicts = real(letters=letters, now=now)
        going = [one.delivery.pk for one in letters if isinstance(verdicts.get(one.work.run.id), Go)]
        Delivery.objects.filter(pk__in=going).update(state=DeliveryState.ACCEPTED, accepted_at=now, ended_at=now)
        return verdicts

    sending.pass_gate = pass_gate


def retry_on_expiry() -> None:
    """What a dead worker had in hand is sent again, whether it went out or not."""
    sweep._uncertain = lambda rows, now, reason: rows.update(state=DeliveryState.PLANNED, sending_at=None)


def no_consent_recheck() -> None:
    """Who was willing when the campaign began is taken to be so for ever."""
    gate.agrees = lambda *args, **kwargs: True


VARIANTS = {one.__name__: one for one in (mark_first, retry_on_expiry, no_consent_recheck)}
