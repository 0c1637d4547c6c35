"""The settings of the kinds of steps, as a definition spells them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from .parts import Delay, Key, Name, Part, Percent, Tree

Text = Annotated[str, Meta(min_length=1, max_length=2_000)]
Title = Annotated[str, Meta(min_length=1, max_length=200)]
Priority = Literal["LOW", "MEDIUM", "HIGH", "CRITICAL"]


class Email(Part, frozen=True):
    """``from_owner``: the success manager of the customer is the sender, if there is one."""

    template: Name
    from_owner: bool = False


class InApp(Part, frozen=True):
    """Title, body and url are Liquid."""

    title: Title
    body: Text
    url: Annotated[str, Meta(max_length=500)] = ""
    expires_days: Annotated[int, Meta(ge=1, le=366)] = 30


class Webhook(Part, frozen=True):
    """``payload`` goes along; its texts are Liquid."""

    endpoint: Name
    payload: dict[str, Any] = {}


class Action(Part, frozen=True):
    """Something that another system does: unlock content, give a badge, extend a trial. A webhook that is recorded."""

    action: Key
    endpoint: Name = "actions"
    parameters: dict[str, Any] = {}


class HumanTask(Part, frozen=True):
    """A task in the customer success floor; without ``team`` it falls to the customer's success manager."""

    title: Title
    type: Name = "CALL"
    priority: Priority = "MEDIUM"
    due_hours: Annotated[int, Meta(ge=1, le=8_784)] = 24
    team: Name | None = None
    notes: Annotated[str, Meta(max_length=2_000)] = ""


class Alert(Part, frozen=True):
    """A message to a team of one's own people."""

    team: Name
    message: Text
    priority: Literal["LOW", "MEDIUM", "HIGH", "URGENT"] = "MEDIUM"


class SetTrait(Part, frozen=True):
    trait: Key
    value: str | int | float | bool


class RemoveTrait(Part, frozen=True):
    trait: Key


class WaitFor(Part, frozen=True):
    """Until an event happens or a condition holds, or the timeout. Paths: ``happened``, ``timeout``."""

    timeout: Delay
    event: Name | None = None
    condition: Tree | None = None


class Branch(Part, frozen=True):
    """Paths: ``yes``, ``no``."""

    condition: Tree


class Split(Part, frozen=True):
    """``shares``: per cent by the name of the path, 100 together; the same customer always takes the same path."""

    shares: dict[Key, Percent]


class Pause(Part, frozen=True):
    """Nothing but the delay."""


class Holdout(Part, frozen=True):
    """This share of the customers goes no further; they are watched for the goal."""

    share: Percent


# Further kinds join by ``engine.kinds.register_kind``.
KINDS: dict[str, type[Part]] = {
    "email": Email,
    "in_app": InApp,
    "webhook": Webhook,
    "action": Action,
    "task": HumanTask,
    "alert": Alert,
    "set_trait": SetTrait,
    "remove_trait": RemoveTrait,
    "wait": Pause,
    "wait_for": WaitFor,
    "branch": Branch,
    "split": Split,
    "holdout": Holdout,
}
# The kinds that part, and the names of their paths; a split names its own.
PATHS = {"wait_for": ("happened", "timeout"), "branch": ("yes", "no")}
# The kinds that send, and through which channel.
CHANNELS = {"email": "email", "in_app": "in_app", "webhook": "webhook", "action": "webhook"}
