"""Which moves people may make by hand."""

from __future__ import annotations

from django.db.models import QuerySet

from lifecycle.models import Lifecycle, ManualMove, StatusTag


def manual_moves(lifecycle: Lifecycle) -> set[tuple[int | None, int]]:
    """The moves that are listed, as ids of the tag before (``None``: no tag) and of the tag after."""
    return set(ManualMove.objects.filter(to_tag__lifecycle=lifecycle).values_list("from_tag_id", "to_tag_id"))


def targets_by_hand(lifecycle: Lifecycle, start: StatusTag | None) -> QuerySet[StatusTag]:
    """The tags to which people may move a customer from a tag, or from none."""
    tags = lifecycle.tags.exclude(id=start.id) if start else lifecycle.tags.all()
    if lifecycle.any_move_by_hand:
        return tags
    return tags.filter(id__in=ManualMove.objects.filter(from_tag=start).values("to_tag"))
