"""How messages and their states read on pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.models import Delivery, SkipReason

LOOKS = {
    "planned": "grey", "sending": "blue", "accepted": "blue", "delivered": "green", "opened": "green",
    "clicked": "green", "bounced": "red", "complained": "red", "failed": "red", "skipped": "orange",
    "uncertain": "violet",
    "active": "blue", "completed": "green", "exited": "grey", "cancelled": "grey",  # enrollments
    "waiting": "blue", "leased": "violet", "frozen": "orange", "done": "green",  # steps
}  # fmt: skip


def badge(text: object, look: str) -> SafeString:
    return format_html('<span class="tn-tag tn-{}">{}</span>', look, text)


def state_badge(row: Any) -> SafeString:
    """Of whatever has a state: a delivery, an enrollment, a step."""
    return badge(row.get_state_display(), LOOKS.get(row.state, "none"))


def why(delivery: Delivery) -> str:
    """Why it was not sent, or what the other side said; empty: nothing is to be said."""
    reason = delivery.reason
    return str(SkipReason(reason).label) if reason in SkipReason.values else reason


def what(delivery: Delivery) -> str:
    """Its subject, or what stands for one."""
    return delivery.subject or delivery.template or delivery.get_channel_display()


def shown(at: datetime | None) -> str:
    return f"{at:%-d %b %Y, %H:%M}" if at else "–"


def page_of(model: str, key: Any, page: str = "change") -> str:
    return reverse(f"admin:campaigns_{model}_{page}", args=[key])
