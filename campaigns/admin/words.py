"""How messages and their states read on pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.definition.parts import Definition
from campaigns.definition.text import DefinitionError
from campaigns.definition.words import about, name_of, spoken
from campaigns.models import Delivery, Enrollment, SkipReason, StepRun
from campaigns.queries.definitions import flow_of
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import StatusTag
from lifecycle.rules.explain import sentence
from lifecycle.rules.parse import parse

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
    return delivery.subject or spoken(delivery.template).capitalize() or delivery.get_channel_display()


def shown(at: datetime | None) -> str:
    return f"{at:%-d %b %Y, %H:%M}" if at else "–"


def told(tree: Any) -> str:
    """A condition in words."""
    return sentence(parse(tree, CATALOGUE), CATALOGUE)


def tags_named(definition: Definition) -> Callable[[str], str]:
    """The names of its tags, by their codes."""
    names = dict(StatusTag.objects.filter(lifecycle__code=definition.lifecycle).values_list("code", "name"))
    return lambda code: f"“{names[code]}”" if code in names else code


def step_shown(run: StepRun) -> str:
    """What the step does, in the words of its version."""
    try:
        return about(flow_of(run.enrollment.version).steps[run.step], told)
    except (DefinitionError, KeyError):  # written for a Tenure that knew more
        return f"{name_of(run.kind)}: {run.step}"


def upon(enrollment: Enrollment) -> str:
    """What the customer entered upon; where it is a row, as a link to it."""
    if enrollment.transition_id:
        return _linked("A move", "lifecycle_transition", enrollment.transition_id)
    if enrollment.event_id:
        return _linked("An event", "lifecycle_event", enrollment.event_id)
    kind, _, value = enrollment.occasion.partition(":")
    return {"date": f"The date {value}", "schedule": f"The schedule, {value}"}.get(
        kind, "By hand or for the first time"
    )


def _linked(text: str, model: str, key: int) -> SafeString:
    return format_html('<a class="tn-link" href="{}">{}</a>', reverse(f"admin:{model}_change", args=[key]), text)


def page_of(model: str, key: Any, page: str = "change") -> str:
    return reverse(f"admin:campaigns_{model}_{page}", args=[key])
