"""Rows that are written once and never changed."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class AppendOnly(TypeError):
    """Somebody tried to change or delete history through the ORM."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly(f"{self.model.__name__} rows are history: they are added, never changed")

    def delete(self) -> NoReturn:
        raise AppendOnly(f"{self.model.__name__} rows are history: they are added, never deleted")

    bulk_update = update


class History(models.Model):
    """Base of append-only tables."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly(f"{type(self).__name__} rows are history: they are added, never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly(f"{type(self).__name__} rows are history: they are added, never deleted")
