"""Whether what a definition names is there: tags, topics, templates, segments, teams, types, placeholders."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db.models import Model

from campaigns.definition.kinds import Alert, HumanTask
from campaigns.definition.parts import Definition, EnteredTag, LeftTag, Part, Scheduled, Step
from campaigns.models import MessageTemplate, Segment, Topic, WebhookEndpoint
from customer_success.models import TaskType
from customer_success.models.task_rule import only_known_placeholders
from lifecycle.models import Lifecycle, StatusTag, Team
from lifecycle.rules.parse import Problem

from .step_texts import liquid_of, mistakes

# The settings of steps that name a row, and by which field.
_NAMED: dict[str, tuple[type[Model], str, str]] = {
    "template": (MessageTemplate, "key", "template"),
    "endpoint": (WebhookEndpoint, "key", "endpoint"),
    "team": (Team, "code", "team"),
}
# The settings in which the name of the customer is filled in, and nothing else.
_TEXTS: dict[type[Part], tuple[str, ...]] = {HumanTask: ("title", "notes"), Alert: ("message",)}


def missing(definition: Definition) -> list[Problem]:
    """A problem for each name that leads nowhere, at its place."""
    return list(_missing(definition))


def _missing(definition: Definition) -> Iterator[Problem]:
    if not Lifecycle.objects.filter(code=definition.lifecycle).exists():
        yield Problem("lifecycle", f"there is no lifecycle {definition.lifecycle!r}")
    if definition.topic and not Topic.objects.filter(key=definition.topic).exists():
        yield Problem("topic", f"there is no topic {definition.topic!r}")
    yield from _missing_of_trigger(definition)
    tags = set(StatusTag.objects.filter(lifecycle__code=definition.lifecycle).values_list("code", flat=True))
    for place in ("exit", "goal"):
        for number, code in enumerate(getattr(definition, place).tags):
            if code not in tags:
                yield Problem(f"{place}.tags[{number}]", f"the lifecycle {definition.lifecycle} has no tag {code!r}")
    if definition.stay_in_tag and not isinstance(definition.trigger, EnteredTag):
        yield Problem("stay_in_tag", "only a campaign that begins with entering a tag can ask to stay in it")
    for place, step in definition.all_steps():
        if isinstance(step.settings, HumanTask) and step.settings.type not in TaskType.values:
            known = ", ".join(TaskType.values)
            yield Problem(f"{place}.type", f"there is no type of task {step.settings.type!r}; known are {known}")
        yield from _unfilled(place, step)
    texts = {at: text for place, step in definition.all_steps() for at, text in liquid_of(step.settings, place).items()}
    yield from (Problem(at, said) for at, said in mistakes(texts))
    for setting, (model, field, word) in _NAMED.items():
        named = {
            place: name
            for place, step in definition.all_steps()
            if isinstance(name := getattr(step.settings, setting, None), str)
        }
        there = set(
            model._default_manager.filter(**{f"{field}__in": set(named.values())}).values_list(field, flat=True)
        )
        for place, name in named.items():
            if name not in there:
                yield Problem(f"{place}.{setting}", f"there is no {word} {name!r}")


def _unfilled(place: str, step: Step) -> Iterator[Problem]:
    """The texts for one's own people are no templates."""
    for setting in _TEXTS.get(type(step.settings), ()):
        try:
            only_known_placeholders(getattr(step.settings, setting))
        except ValidationError as error:
            yield Problem(f"{place}.{setting}", str(error.message))


def _missing_of_trigger(definition: Definition) -> Iterator[Problem]:
    match definition.trigger:
        case EnteredTag(lifecycle=lifecycle, tag=tag, from_tag=start):
            codes = {"tag": tag, "from_tag": start}
        case LeftTag(lifecycle=lifecycle, tag=tag):
            codes = {"tag": tag}
        case Scheduled(segment=segment):
            if not Segment.objects.filter(key=segment).exists():
                yield Problem("trigger.segment", f"there is no segment {segment!r}")
            return
        case _:
            return
    known = set(StatusTag.objects.filter(lifecycle__code=lifecycle).values_list("code", flat=True))
    for name, code in codes.items():
        if code is not None and code not in known:
            yield Problem(f"trigger.{name}", f"the lifecycle {lifecycle} has no tag {code!r}")
