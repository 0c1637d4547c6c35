"""Which events the campaigns want to hear of."""

from __future__ import annotations

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from campaigns.models import CampaignState, CampaignVersion, Enrollment, VersionState
from campaigns.queries.definitions import readable
from lifecycle.models import EventListener

CONSUMER = "campaigns"
_LISTENING = 74_610  # of PostgreSQL's advisory locks


def listen() -> None:
    """Hear of the events of all versions that take customers in, or once did: goals are reached after the end too.

    One after the other: who reads before another has written would strike out what that one wants to hear.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LISTENING])
    entered = Enrollment.objects.filter(campaign=OuterRef("campaign"), version=OuterRef("pk"))
    was_live = CampaignVersion.objects.filter(state__in=(VersionState.LIVE, VersionState.RETIRED))
    heard = was_live.filter(Q(state=VersionState.LIVE) & ~Q(campaign__state=CampaignState.OFF) | Exists(entered))
    names = {name for _, flow in readable(heard) for name in flow.definition.listens_for}
    mine = EventListener.objects.filter(consumer=CONSUMER)
    mine.exclude(event__in=names).delete()
    EventListener.objects.bulk_create(
        [EventListener(consumer=CONSUMER, event=name) for name in sorted(names)], ignore_conflicts=True
    )
