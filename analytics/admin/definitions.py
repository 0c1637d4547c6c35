"""What each report answers, and how: the text of its statement."""

from __future__ import annotations

from analytics.sql import reports

from .board import Asked, Board, Said, board


@board
class Definitions(Board):
    code = "definitions"
    title = "Definitions"
    template = "analytics/admin/definitions.html"

    def says(self, asked: Asked) -> Said:
        return Said(asked.now, more={"reports": list(reports().values())})
