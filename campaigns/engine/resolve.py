"""What a person says of a message of which nobody knows whether it went out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.definition.text import DefinitionError
from campaigns.models import CampaignEntry, Delivery, DeliveryState, RunState, StepRun
from campaigns.queries.definitions import flow_of
from lifecycle.models import Customer

MAX_REASON = 200


class ResolveNotAllowed(ValueError):
    """Nothing was changed; the message says why."""


@transaction.atomic
def treat_as_sent(*, delivery: Delivery, by: Any, now: datetime, reason: str = "") -> None:
    """It has arrived, as far as a person can tell. Raises ``ResolveNotAllowed``."""
    _settle(delivery, by, now, "treated as sent", reason, state=DeliveryState.ACCEPTED, accepted_at=now, ended_at=now)


@transaction.atomic
def send_again(*, delivery: Delivery, by: Any, now: datetime, reason: str = "") -> None:
    """Make its run due once more, with the same id. It passes the gate like any other, also after the campaign.

    Raises ``ResolveNotAllowed``, also for who goes on in a version that does not speak of the step any more.
    """
    if delivery.run_id is None:
        raise ResolveNotAllowed("This message belongs to no campaign; write a new one.")
    Customer.objects.select_for_update(no_key=True).get(id=delivery.customer_id)
    _settle(
        delivery, by, now, "sent again", reason, state=DeliveryState.PLANNED, planned_at=now, sending_at=None,
        ended_at=None, attempts=0,
    )  # fmt: skip
    _check_version(delivery)
    settled = StepRun.objects.filter(delivery=delivery).exclude(state=RunState.LEASED)
    if not settled.update(state=RunState.WAITING, due_at=now, attempts=0, token=None, lease_until=None, done_at=None):
        raise ResolveNotAllowed("A worker has the message in hand at this moment; try again in some minutes.")


def _check_version(delivery: Delivery) -> None:
    """The step as it was has gone with the version that the customer was in before."""
    run = StepRun.objects.select_related("enrollment__version").get(delivery=delivery)
    try:
        step = flow_of(run.enrollment.version).steps.get(run.step)
    except DefinitionError:
        step = None
    if step is None or step.kind != run.kind:
        raise ResolveNotAllowed(
            f"The customer is in version {run.enrollment.version.number}, which has no step {run.step} of this kind."
        )


def _settle(delivery: Delivery, by: Any, now: datetime, what: str, reason: str, **changes: Any) -> None:
    """Change a message that still is uncertain, and write down who did so."""
    reason = reason.strip()
    if len(reason) > MAX_REASON or "\x00" in reason:
        raise ResolveNotAllowed(f"A reason has at most {MAX_REASON} characters.")
    uncertain = Delivery.objects.filter(id=delivery.id, state=DeliveryState.UNCERTAIN)
    if uncertain.update(**changes, resolved_by=by, reason=reason) != 1:
        raise ResolveNotAllowed("It is no longer uncertain what became of this message.")
    if delivery.campaign_id is not None:
        CampaignEntry.objects.create(
            campaign_id=delivery.campaign_id, at=now, by=by, did=f"Message {delivery.message_id}: {what}", reason=reason
        )
