"""``manage.py document_metrics``: docs/metrics.md, from the catalogue."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lifecycle.metrics.document import as_markdown


class Command(BaseCommand):
    help = "Write the metric catalogue as Markdown, as in docs/metrics.md."

    def handle(self, **options: Any) -> None:
        self.stdout.write(as_markdown(), ending="")
