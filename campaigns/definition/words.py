"""What a campaign says, as sentences for people."""

from __future__ import annotations

import re
from collections.abc import Callable

from .kinds import (
    Action,
    Alert,
    Branch,
    Email,
    Holdout,
    HumanTask,
    InApp,
    Pause,
    RemoveTrait,
    SetTrait,
    Split,
    WaitFor,
    Webhook,
)
from .parts import (
    BecameTrue,
    DateReached,
    Delay,
    EnteredTag,
    HappenedEvent,
    LeftTag,
    Marks,
    Scheduled,
    Step,
    Tree,
    Trigger,
    Window,
)

Tell = Callable[[Tree], str]
Named = Callable[[str], str]  # the name of a tag, by its code
_PLACEHOLDER = re.compile(r"\{\{?\s*([\w.]+)[^{}]*\}\}?")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PATHS = {"happened": "It happened", "timeout": "It did not in time", "yes": "Yes", "no": "No"}
NAMES = {
    "email": "Email", "in_app": "In-app message", "webhook": "Webhook", "action": "Action elsewhere",
    "task": "Task for a person", "alert": "Alert to a team", "set_trait": "Set a trait",
    "remove_trait": "Remove a trait", "wait": "Wait", "wait_for": "Wait for", "branch": "Branch by condition",
    "split": "Split by chance", "holdout": "Hold out",
}  # fmt: skip


def name_of(kind: str) -> str:
    """What people call a kind of step."""
    return NAMES.get(kind, kind.replace("_", " ").capitalize())


def path_name(name: str) -> str:
    return _PATHS.get(name, spoken(name))


def spoken(key: str) -> str:
    """A key as people say it: ``personal_check_in`` is “personal check in”."""
    return key.replace("_", " ")


def span(delay: Delay) -> str:
    """``2 days and 3 hours``, ``1 day, then at 09:00``; empty: at once."""
    parts = [f"{n:,} {unit if n == 1 else unit + 's'}" for n, unit in
             ((delay.days, "day"), (delay.hours, "hour"), (delay.minutes, "minute")) if n]  # fmt: skip
    told = " and ".join(parts)
    return told if delay.at is None else f"{told}, then at {delay.at}" if told else f"the next {delay.at}"


def _readable(text: str) -> str:
    """A text with placeholders as the preview shows them: ``[customer.name]``."""
    return _PLACEHOLDER.sub(r"[\1]", text).rstrip(".")


def when(step: Step) -> str:
    """``At once``, ``After 2 days, between 09:00 and 17:00``."""
    told = span(step.after)
    start = f"At {told}" if told.startswith("the next") else f"After {told}" if told else "At once"
    return f"{start}{_within(step.window)}"


def about(step: Step, tell: Tell) -> str:
    """What a step does, in one sentence without a full stop. ``tell`` says a condition."""
    match step.settings:
        case Email(template=template, from_owner=own):
            return f"Email “{spoken(template)}”" + (" from the success manager" if own else "")
        case InApp(title=title):
            return f"In-app message “{_readable(title)}”"
        case Webhook(endpoint=endpoint):
            return f"Tell {endpoint}"
        case Action(action=action, endpoint=endpoint):
            return f"Have “{spoken(action)}” done by {endpoint}"
        case HumanTask(title=title, due_hours=hours, team=team):
            who = spoken(team) if team else "the success manager"
            return f"Task “{_readable(title)}” for {who}, due in {span(Delay(hours=hours))}"
        case Alert(team=team, message=message):
            return f"Tell {spoken(team)}: {_readable(message)}"
        case SetTrait(trait=trait, value=value):
            return f"Set {trait} to {str(value).lower() if isinstance(value, bool) else value}"
        case RemoveTrait(trait=trait):
            return f"Remove {trait}"
        case _:
            return _parts_ways(step, tell)


def _parts_ways(step: Step, tell: Tell) -> str:
    match step.settings:
        case WaitFor(event=event, condition=tree, timeout=timeout):
            until = f"{event} happens" if event else tell(tree or {})
            return f"Wait until {until}, at most {span(timeout) or 'no time'}"
        case Branch(condition=tree):
            return f"Does it hold that {tell(tree)}?"
        case Split(shares=shares):
            return "Split by chance: " + ", ".join(f"{path_name(name)} {share} %" for name, share in shares.items())
        case Holdout(share=share):
            return f"Hold out {share} %: they go no further and are only watched"
        case Pause():
            return "Wait"
        case _:
            return name_of(step.kind)


def begins(trigger: Trigger, tell: Tell, named: Named = str) -> str:
    """What makes a customer enter."""
    match trigger:
        case EnteredTag(tag=tag, lifecycle=lifecycle, from_tag=start):
            return f"A customer enters {named(tag)} of {lifecycle}" + (f" from {named(start)}" if start else "")
        case LeftTag(tag=tag, lifecycle=lifecycle):
            return f"A customer leaves {named(tag)} of {lifecycle}"
        case HappenedEvent(name=name, where=where):
            with_ = " and ".join(f"{key} is {value}" for key, value in where.items())
            return f"{name} happens" + (f" where {with_}" if with_ else "")
        case BecameTrue(condition=tree):
            return f"It becomes true that {tell(tree)}"
        case DateReached(date=date, days=days, at=at):
            word = "before" if days < 0 else "after"
            far = f"{abs(days)} day{'' if abs(days) == 1 else 's'} {word} {date}" if days else f"On {date}"
            return f"{far}, at {at}"
        case Scheduled(segment=segment, every=every, at=at, day=day):
            on = {"day": "every day", "week": f"every {_DAYS[min(day, 7) - 1]}", "month": f"on day {day} of each month"}
            return f"Everybody in {segment}, {on[every]} at {at}"


def ends(marks: Marks, named: Named = str) -> str:
    """``when A happens or on entering B``; empty: never."""
    told = [f"when {name} happens" for name in marks.events] + [f"on entering {named(tag)}" for tag in marks.tags]
    return " or ".join(told)


def _within(window: Window | None) -> str:
    if window is None:
        return ""
    hours = "" if (window.starts, window.ends) == ("00:00", "24:00") else f" between {window.starts} and {window.ends}"
    days = f" on {', '.join(_DAYS[day - 1] for day in window.weekdays)}" if window.weekdays else ""
    return f",{days}{hours}" if days or hours else ""
