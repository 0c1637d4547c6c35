"""Who there is, and how a route says who gets in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Roles = frozenset[str]

TEAM = frozenset({"manager", "lead"})  # they have a portfolio; the others see everybody
SUPER = frozenset({"superuser"})
ADMINS = SUPER | {"administrator"}
WRITERS = ADMINS | {"marketer"}  # of rules
TRIERS = WRITERS | {"analyst"}  # of rules, on history
ALL = TEAM | TRIERS
MOVERS = TEAM | ADMINS  # of customers by hand
LEADS = ADMINS | {"lead"}
STAFF = ALL | {"stranger"}
EVERYONE = STAFF | {"anonymous"}
NOBODY: Roles = frozenset()


@dataclass(frozen=True)
class Door:
    """One route. ``methods``: who gets in by which."""

    methods: Mapping[str, Roles]
    of: str = ""
    at: str = ""
    shows: Roles = NOBODY
    query: Mapping[str, Any] = field(default_factory=dict)
    address: Mapping[str, Any] = field(default_factory=dict)


def door(**more: Any) -> Door:
    methods = {name: more.pop(name) for name in ("get", "post", "put", "patch", "delete") if name in more}
    return Door(methods, **more)


def pages(
    model: str, *, see: Roles, of: str = "", at: str = "", add: Roles = NOBODY, edit: Roles = NOBODY,
    delete: Roles = NOBODY,
) -> dict[str, Door]:  # fmt: skip
    """The five pages that the admin gives a model. ``edit``: whoever else sees it looks at it only."""
    thing = {"of": of, "at": at}
    return {
        f"admin:{model}_changelist": door(get=see, post=see, shows=see if of else NOBODY),
        f"admin:{model}_add": door(get=add, post=add),
        f"admin:{model}_change": door(get=see, post=edit, **thing),
        f"admin:{model}_history": door(get=see, **thing),
        f"admin:{model}_delete": door(get=delete, post=delete, **thing),
    }


def owned_by(model: str, roles: Roles, at: str = "") -> dict[str, Door]:
    """A model that some people do everything with."""
    return pages(model, see=roles, add=roles, edit=roles, delete=roles, at=at)
