"""The fields with which people write the parts of a campaign. Each name is the place of a value in the definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from campaigns.definition.kinds import KINDS
from campaigns.models import MessageTemplate, Segment, Topic, WebhookEndpoint
from customer_success.models import TaskType
from lifecycle.models import Lifecycle, StatusTag, Team

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """``type``: text, long, number, clock, choice, check, checks, words, tree, pairs, shares, json, value.

    ``choices``: of the options by their name, or as they stand here.
    """

    name: str
    label: str
    type: str = "text"
    help: str = ""
    choices: str | Choices = ()
    start: str = ""


def _delay(name: str, at_help: str = "") -> tuple[Field, ...]:
    return (
        Field(f"{name}.days", "Days", "number"),
        Field(f"{name}.hours", "Hours", "number"),
        Field(f"{name}.minutes", "Minutes", "number"),
        Field(f"{name}.at", "Then at", "clock", at_help),
    )


_WEEKDAYS = tuple(zip("1234567", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
_PRIORITIES = tuple((one, one.capitalize()) for one in ("LOW", "MEDIUM", "HIGH", "CRITICAL"))
_ENDPOINT = Field("endpoint", "System", "choice", choices="endpoints")
_TEAM = Field("team", "Team", "choice", choices="teams")
_CONDITION = Field("condition", "Condition", "tree")

OF_KIND: Mapping[str, tuple[Field, ...]] = {
    "email": (
        Field("template", "Template", "choice", choices="templates"),
        Field("from_owner", "From the success manager of the customer", "check"),
    ),
    "in_app": (
        Field("title", "Title"), Field("body", "Text", "long", "Liquid, such as {{ customer.name }}."),
        Field("url", "Link"), Field("expires_days", "Shown for at most … days", "number", start="30"),
    ),
    "webhook": (_ENDPOINT, Field("payload", "Goes along", "json", "JSON; its texts are Liquid.")),
    "action": (
        Field("action", "Action", help="What the other system does, such as unlock_content."), _ENDPOINT,
        Field("parameters", "Parameters", "json", "JSON; its texts are Liquid."),
    ),
    "task": (
        Field("title", "Title", help="{name} stands for the customer."),
        Field("type", "Type", "choice", choices=tuple(TaskType.choices), start="CALL"),
        Field("priority", "Priority", "choice", choices=_PRIORITIES, start="MEDIUM"),
        Field("due_hours", "Due in hours", "number", start="24"),
        Field("team", "Team", "choice", "Empty: the customer's success manager.", "teams"),
        Field("notes", "Notes", "long", "{name} stands for the customer."),
    ),
    "alert": (
        _TEAM, Field("message", "Message", "long", "{name} stands for the customer."),
        Field("priority", "Priority", "choice", start="MEDIUM",
              choices=tuple((one, one.capitalize()) for one in ("LOW", "MEDIUM", "HIGH", "URGENT"))),
    ),
    "set_trait": (Field("trait", "Trait"), Field("value", "Value", "value", "A number, true or false, or a text.")),
    "remove_trait": (Field("trait", "Trait"),),
    "wait": (),
    "wait_for": (
        Field("event", "Event", help="Its name; or write a condition below, one of the two."),
        Field("condition", "Condition", "tree"), *_delay("timeout"),
    ),
    "branch": (_CONDITION,),
    "split": (
        Field("shares", "Shares", "shares", "A path and its per cent a line; 100 together.", start="a: 50\nb: 50"),
    ),
    "holdout": (Field("share", "Per cent", "number", start="10"),),
}  # fmt: skip
AFTER = _delay("after", "In the customer's zone.")
FINE = (
    Field("window.starts", "Not before", "clock"),
    Field("window.ends", "Not after", "clock"),
    Field("window.weekdays", "On", "checks", "None: every day. All in the customer's zone.", _WEEKDAYS),
    Field("max_late_hours", "Left out when late by hours", "number", start="48"),
    Field("key", "Key", help="Names the step across versions."),
)
TRIGGERS: Mapping[str, tuple[Field, ...]] = {
    "entered_tag": (
        Field("trigger.tag", "Tag", "choice", choices="tags"),
        Field("trigger.from_tag", "From", "choice", "Empty: from anywhere.", "tags"),
    ),
    "left_tag": (Field("trigger.tag", "Tag", "choice", choices="tags"),),
    "event": (
        Field("trigger.name", "Event", help="Its name, such as CART_UPDATED."),
        Field("trigger.where", "Where", "pairs", "Properties that it must have, a name and a value a line: plan: pro"),
    ),
    "metric": (Field("trigger.condition", "Condition", "tree"),),
    "date": (
        Field("trigger.date", "Date", help="A trait such as renewal_date, or a metric that is a date."),
        Field("trigger.days", "Days after", "number", "Before it: a negative number, such as -60."),
        Field("trigger.at", "At", "clock", start="09:00"),
    ),
    "schedule": (
        Field("trigger.segment", "Segment", "choice", choices="segments"),
        Field("trigger.every", "Every", "choice", choices=(("day", "Day"), ("week", "Week"), ("month", "Month"))),
        Field("trigger.day", "On day", "number", "Of the week (1 is Monday) or of the month.", start="1"),
        Field("trigger.at", "At", "clock", start="09:00"),
    ),
}
ABOUT = (
    Field("message_class", "Messages are", "choice",
          "Transactional: what the customer expects of something it did; consent, caps and quiet hours do not apply.",
          (("marketing", "Marketing"), ("transactional", "Transactional")), "marketing"),
    Field("topic", "Topic", "choice", "What customers can say no to.", "topics"),
    Field("priority", "Priority", "number", "1 comes first, 100 last.", start="50"),
    Field("reentry", "Enters again", help="never, always, or after so many days.", start="never"),
    Field("holdout", "Only watched, per cent", "number", start="0"),
)  # fmt: skip
WHO = (
    Field("entry", "Only customers for whom this holds", "tree"),
    Field("stay", "They stay as long as this holds", "tree"),
    Field("stay_in_tag", "They stay as long as they are in the tag that they entered", "check"),
)
ENDS = (
    Field("exit.events", "They leave when these happen", "words", "Events, with commas between."),
    Field("exit.tags", "They leave on entering", "checks", choices="tags"),
    Field("goal.events", "The goal is reached when these happen", "words", "Events, with commas between."),
    Field("goal.tags", "The goal is reached on entering", "checks", choices="tags"),
    Field("goal_within_days", "Within days", "number", start="90"),
)


def fields_of(kind: str) -> tuple[Field, ...]:
    """The fields of a kind; one that registered itself is written as JSON where a text does not do."""
    if kind in OF_KIND or kind not in KINDS:
        return OF_KIND.get(kind, ())
    annotations = KINDS[kind].__annotations__
    return tuple(
        Field(name, name.replace("_", " ").capitalize(), "text" if str(annotations[name]) in {"str", "Name", "Key"}
              else "json")
        for name in KINDS[kind].__struct_fields__
    )  # fmt: skip


class Options:
    """What there is to choose from, each list read once."""

    def __init__(self, lifecycle: str) -> None:
        self.lifecycle = lifecycle

    def of(self, field: Field) -> Choices:
        return getattr(self, field.choices) if isinstance(field.choices, str) else field.choices

    @cached_property
    def lifecycles(self) -> Choices:
        return list(Lifecycle.objects.order_by("name").values_list("code", "name"))

    @cached_property
    def tags(self) -> Choices:
        return list(StatusTag.objects.filter(lifecycle__code=self.lifecycle).values_list("code", "name"))

    @cached_property
    def topics(self) -> Choices:
        return list(Topic.objects.values_list("key", "name"))

    @cached_property
    def templates(self) -> Choices:
        return list(MessageTemplate.objects.values_list("key", "name"))

    @cached_property
    def endpoints(self) -> Choices:
        return list(WebhookEndpoint.objects.values_list("key", "name"))

    @cached_property
    def segments(self) -> Choices:
        return list(Segment.objects.values_list("key", "name"))

    @cached_property
    def teams(self) -> Choices:
        return list(Team.objects.values_list("code", "name"))
