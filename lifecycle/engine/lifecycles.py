"""Lifecycles that people make: everybody's place in them, and which moves people may make by hand."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q

from lifecycle.models import Lifecycle, ManualMove
from lifecycle.queries import manual_moves

from .defaults import enroll_everybody, wake


@transaction.atomic
def set_up(*, lifecycle: Lifecycle) -> None:
    """Give every customer a status in a lifecycle that is new or active again, and look at everybody.

    Done twice, it is done once. The lifecycle's row is taken last, so that meanwhile its rules can be written.
    """
    wake(lifecycle=lifecycle)
    enroll_everybody(lifecycle=lifecycle)
    Lifecycle.objects.filter(id=lifecycle.id, is_active=True).update(is_set_up=True)


@transaction.atomic
def set_moves_by_hand(*, lifecycle: Lifecycle, any_move: bool, moves: AbstractSet[tuple[int | None, int]]) -> None:
    """Let people make every move, or only these: ids of the tag before (``None``: no tag) and of the tag after."""
    Lifecycle.objects.filter(id=lifecycle.id).update(any_move_by_hand=any_move)
    known = manual_moves(lifecycle)
    gone = [Q(from_tag=start, to_tag=end) for start, end in known - moves]
    if gone:
        ManualMove.objects.filter(reduce(or_, gone)).delete()
    ManualMove.objects.bulk_create(ManualMove(from_tag_id=start, to_tag_id=end) for start, end in moves - known)
