"""Campaigns that start by looking: conditions that become true, dates that are reached, schedules over segments."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from campaigns.definition.parts import BecameTrue
from campaigns.models import CampaignState, CampaignVersion, ConditionMet, TriggerKind, VersionState
from campaigns.queries.conditions import customers_for_whom
from campaigns.queries.definitions import flow_of
from campaigns.queries.looking import Found, whose_time_has_come
from campaigns.sql import triggers as statements
from lifecycle.engine.locks import again_after_deadlock
from lifecycle.sql.run import rows

from .entering import enroll_found, hold_versions

log = logging.getLogger(__name__)
LOOKED_FOR = (TriggerKind.METRIC, TriggerKind.DATE, TriggerKind.SCHEDULE)


def look_for_triggers(*, now: datetime) -> int:
    """Enroll whose condition has become true or whose time has come since the last look; returns how many entered."""
    versions = CampaignVersion.objects.filter(
        trigger_kind__in=LOOKED_FOR, state=VersionState.LIVE, campaign__state=CampaignState.LIVE
    )
    numbers = list(versions.order_by("priority", "id").values_list("id", flat=True))
    return sum(_looked(number, now) for number in numbers)


def _looked(number: int, now: datetime) -> int:
    """A campaign that cannot look keeps no other from it; the next look tries again, from where this one began."""
    try:
        return _look(number, now)
    except (InterfaceError, OperationalError):  # it is not the campaign that is at fault
        raise
    except Exception:
        log.exception("Version %d of a campaign could not be looked at", number)
        return 0


@again_after_deadlock
@transaction.atomic
def _look(number: int, now: datetime) -> int:
    """One version, in one transaction: whom it finds, and until when it was looked at."""
    for version in hold_versions(Q(id=number)):
        since = _since(version, now)
        if since >= now and version.looked_at is not None:
            return 0
        found = _found(version, since, now)
        CampaignVersion.objects.filter(id=number).update(looked_at=now)
        return enroll_found(version=version, found=found, now=now)
    return 0


def _since(version: CampaignVersion, now: datetime) -> datetime:
    """From when on things count: the last look, that of the version before among them, or that it was switched on."""
    known = (version.looked_at or version.published_at, version.campaign.state_at)
    return max((at for at in known if at is not None), default=now)


def _found(version: CampaignVersion, since: datetime, now: datetime) -> list[Found]:
    definition = flow_of(version).definition
    if not isinstance(definition.trigger, BecameTrue):
        return whose_time_has_come(definition, since=since, now=now)
    tree = definition.trigger.condition
    holds = customers_for_whom(tree, lifecycle=definition.lifecycle, as_of=now)
    news = rows(statements.BECAME_TRUE.format(holds=holds.sql), **holds.params, version=version.id)
    if _was_looked_at(version):
        return [(customer, f"condition:{now.isoformat()}", now) for (customer,) in news]
    ConditionMet.objects.filter(version__campaign=version.campaign_id).exclude(version=version).delete()
    return []


def _was_looked_at(version: CampaignVersion) -> bool:
    """Whether there is a look to compare with. The first one after it was switched on only sees how things are."""
    looked_at, switched_on = version.looked_at, version.campaign.state_at
    return looked_at not in (None, version.published_at) and (switched_on is None or switched_on < looked_at)
