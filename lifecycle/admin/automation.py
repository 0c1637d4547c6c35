"""What is allowed to act: one page with every switch, who turned it and why; the sources that rules wait for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display

from lifecycle import queries
from lifecycle.engine.switches import switch
from lifecycle.models import Feed, Lifecycle, RuleHold, RuleState, Switch, SwitchKind, TransitionRule

from .access import ReadOnlyAdmin
from .pages import framed
from .turning import Turn, turn_page


@dataclass(frozen=True, slots=True)
class Line:
    """One switch: what it stops, and the last word on it, if there was one."""

    name: str
    what: str
    last: Switch | None
    url: str
    hold: RuleHold | None = None

    @property
    def is_on(self) -> bool:
        return self.last is None or self.last.is_on


@dataclass(frozen=True, slots=True)
class Group:
    line: Line
    rules: tuple[Line, ...]


@admin.register(Switch)
class SwitchAdmin(ReadOnlyAdmin):
    """The list is a page of its own; each switch is turned after a reason was given."""

    def get_urls(self) -> list[URLPattern]:
        turn = path("turn/<slug:kind>/", self.admin_site.admin_view(self.turn), name="lifecycle_switch_turn")
        return [turn, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return framed(
            self, request, "lifecycle/admin/switches.html", title="Switches", original=None, general=_general(),
            groups=_groups(), may_turn=self.may_turn(request), is_enabled=settings.STATUS_TAGS_ENABLED,
        )  # fmt: skip

    def may_turn(self, request: HttpRequest) -> bool:
        return request.user.has_perm("lifecycle.change_switch")

    def turn(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Turn a switch over, after a reason."""
        if not self.may_turn(request):
            raise PermissionDenied
        lifecycle = Lifecycle.objects.filter(code=request.GET.get("lifecycle", "")).first()
        rule = request.GET.get("rule", "")
        line = _line(kind, lifecycle, rule)
        turn = _turn(line, request, kind=kind, lifecycle=lifecycle, rule_key=rule) if line else None
        return turn_page(self, request, turn)


def _turn(line: Line, request: HttpRequest, **which: Any) -> Turn:
    def take(reason: str) -> None:
        switch(**which, is_on=not line.is_on, reason=reason, by=request.user, now=timezone.now())

    left_undone = "What was left undone meanwhile is done by the next evaluation."
    return Turn(line.name, line.is_on, line.what if line.is_on else left_undone, take)


def _general() -> list[Line]:
    found = (_line(kind, None, "") for kind in (SwitchKind.STATUS_TAGS, SwitchKind.AUTOMATION))
    return [line for line in found if line]


def _groups() -> list[Group]:
    """Every active lifecycle with its published rules; three statements."""
    last = {(one.kind, one.lifecycle_id, one.rule_key): one for one in Switch.objects.select_related("changed_by")}
    published = TransitionRule.objects.filter(state=RuleState.PUBLISHED, lifecycle__is_active=True)
    rules = list(published.select_related("lifecycle", "hold").order_by("priority", "id"))
    groups = []
    for lifecycle in Lifecycle.objects.filter(is_active=True):
        own = [rule for rule in rules if rule.lifecycle_id == lifecycle.id]
        lines = tuple(_rule_line(rule, last.get((SwitchKind.RULE, lifecycle.id, rule.key))) for rule in own)
        groups.append(Group(_lifecycle_line(lifecycle, last.get((SwitchKind.LIFECYCLE, lifecycle.id, ""))), lines))
    return groups


def _line(kind: str, lifecycle: Lifecycle | None, rule_key: str) -> Line | None:
    last = Switch.objects.filter(kind=kind, lifecycle=lifecycle, rule_key=rule_key).select_related("changed_by").first()
    url = reverse("admin:lifecycle_switch_turn", args=[kind])
    if kind == SwitchKind.STATUS_TAGS:
        return Line("Status tags", "Nobody is moved, neither by rules nor by hand.", last, url)
    if kind == SwitchKind.AUTOMATION:
        return Line("All automation", "Rules move nobody; people still may. What comes in is kept.", last, url)
    if kind == SwitchKind.LIFECYCLE and lifecycle:
        return _lifecycle_line(lifecycle, last)
    if kind == SwitchKind.RULE and lifecycle:
        rule = TransitionRule.objects.filter(lifecycle=lifecycle, key=rule_key).order_by("-version").first()
        return _rule_line(rule, last) if rule else None
    return None


def _lifecycle_line(lifecycle: Lifecycle, last: Switch | None) -> Line:
    url = reverse("admin:lifecycle_switch_turn", args=[SwitchKind.LIFECYCLE])
    what = f"The rules of {lifecycle.name} move nobody; people still may."
    return Line(lifecycle.name, what, last, f"{url}?lifecycle={lifecycle.code}")


def _rule_line(rule: TransitionRule, last: Switch | None) -> Line:
    url = reverse("admin:lifecycle_switch_turn", args=[SwitchKind.RULE])
    where = f"{url}?lifecycle={rule.lifecycle.code}&rule={rule.key}"
    what = "This rule and later versions of it move nobody; the other rules go on."
    return Line(rule.name, what, last, where, getattr(rule, "hold", None))


@admin.register(Feed)
class FeedAdmin(ModelAdmin):
    when_empty = "A source of events shows up with what it sends. An import of what is long past is none."
    actions = None
    list_display = ("source", "last_seen_at", "stale_after_hours", "is_fresh", "names")
    fields = ("source", "stale_after_hours", "names", "first_seen_at", "last_seen_at")
    readonly_fields = ("source", "names", "first_seen_at", "last_seen_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # sources make themselves known

    @display(description="Fresh", boolean=True)
    def is_fresh(self, feed: Feed) -> bool:
        return feed.id not in {stale.id for stale in queries.stale_feeds(timezone.now())}

    @display(description="Sends")
    def names(self, feed: Feed) -> str:
        return ", ".join(feed.event_names)
