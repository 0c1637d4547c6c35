"""Whom the next evaluation looks at again."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from lifecycle.models import TransitionRule


def mark_concerned(rules: Iterable[TransitionRule]) -> None:
    """Mark all customers in the tags that the rules start from."""
    for rule in rules:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id)
                SELECT lifecycle_id, customer_id FROM lifecycle_customerstatus
                WHERE lifecycle_id = %s AND (tag_id = ANY(%s) OR (%s AND tag_id IS NULL))
                """,
                [rule.lifecycle_id, list(rule.from_tags.values_list("id", flat=True)), rule.from_untagged],
            )
