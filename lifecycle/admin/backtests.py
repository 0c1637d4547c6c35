"""Backtests: asked for with a form, watched while they run, and read as one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from operator import attrgetter
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from lifecycle import queries
from lifecycle.engine.backtests import BacktestRefused, ask_for_backtest
from lifecycle.models import BacktestRun, BacktestState, Lifecycle, RuleState, TransitionRule
from lifecycle.templatetags.wording import signed
from lifecycle.wake import BACKTEST, wake

from .access import ReadOnlyAdmin
from .pages import DayInput, framed
from .paging import CappedList
from .rule_writing import id_in

_STATE_COLOURS = {"Running": "info", "Done": "success", "Failed": "danger"}
WIDTH, HEIGHT = 640, 150
ALL, ONE = "all", "rule"


class BacktestForm(forms.Form):
    tried = forms.ChoiceField(
        widget=UnfoldAdminSelectWidget(), label="Try",
        help_text="Each rule in place of the rule in force that has its key.",
    )  # fmt: skip
    first_day = forms.DateField(widget=DayInput(), label="From")
    last_day = forms.DateField(widget=DayInput(), label="To", help_text="The last day has to be over.")
    asks = forms.BooleanField(
        required=False, initial=True, label="Let moves wait for people where the review policy says so",
        widget=UnfoldBooleanSwitchWidget(),
    )  # fmt: skip

    def __init__(self, *args: Any, stored: tuple[datetime, datetime] | None, **kwargs: Any) -> None:
        """``stored``: when the first and the last event happened."""
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["tried"]).choices = _to_try()
        if stored:
            first, last = (f"{one:%-d %b %Y}" for one in stored)
            self.fields["first_day"].help_text = f"Events are stored from {first} to {last}."

    def clean_tried(self) -> tuple[Lifecycle, TransitionRule | None]:
        """The lifecycle, and the rule if one was chosen."""
        kind, number = self.cleaned_data["tried"].split(":")
        if kind == ALL:
            return Lifecycle.objects.get(id=number), None
        rule = queries.rules().get(id=number)
        return rule.lifecycle, rule


def _to_try() -> list[tuple[str, list[tuple[str, str]]]]:
    """By lifecycle: all its drafts, or one rule that is a draft or in shadow."""
    found = queries.rules().filter(state__in=(RuleState.DRAFT, RuleState.SHADOW)).order_by("lifecycle__name", "key")
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for lifecycle in Lifecycle.objects.all():
        rules = [(f"{ONE}:{rule.id}", str(rule)) for rule in found if rule.lifecycle_id == lifecycle.id]
        groups.append((lifecycle.name, [(f"{ALL}:{lifecycle.id}", f"All drafts of {lifecycle.name}"), *rules]))
    return groups


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what the rules in force do, and what they do with those tried."""

    name: str
    before: int
    after: int

    @property
    def change(self) -> str:
        return signed(self.after - self.before) if self.after != self.before else ""


@dataclass(frozen=True, slots=True)
class Curve:
    """Moves added up over the days, as points of a line in a picture of ``WIDTH`` by ``HEIGHT``."""

    before: str
    after: str
    most: int


@admin.register(BacktestRun)
class BacktestRunAdmin(CappedList, ReadOnlyAdmin):
    when_empty = "Write drafts of rules, then try them here on your own history before you publish them."
    list_display = ("what", "rules_shown", "state_shown", "progress", "created_by", "created_at")
    list_filter = (("lifecycle", RelatedDropdownFilter),)
    list_filter_submit = True
    list_select_related = ("lifecycle", "created_by")
    sortable_by = ()
    ordering = ("-id",)

    @display(description="Backtest")
    def what(self, run: BacktestRun) -> str:
        return str(run)

    @display(description="Rules tried")
    def rules_shown(self, run: BacktestRun) -> str:
        return ", ".join(str(rule.get("name") or rule.get("rule_name") or rule.get("key")) for rule in run.tried)

    @display(description="State", label=_STATE_COLOURS)
    def state_shown(self, run: BacktestRun) -> str:
        return run.get_state_display()

    @display(description="Days", empty_value="–")
    def progress(self, run: BacktestRun) -> str | None:
        return f"{run.days_done} of {run.days_all}" if run.days_all else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("lifecycle.add_backtestrun")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        now = timezone.now()
        stored = queries.span_of_events()
        yesterday = now.date() - timedelta(days=1)
        last = min(yesterday, stored[1].date()) if stored else yesterday
        one = f"{ONE}:{id_in(request.GET['rule'])}" if "rule" in request.GET else ""
        wanted = {"tried": one, "first_day": last - timedelta(days=89), "last_day": last}
        form = BacktestForm(request.POST if request.method == "POST" else None, initial=wanted, stored=stored)
        if form.is_valid():
            asked = form.cleaned_data
            lifecycle, rule = asked["tried"]
            try:
                run = ask_for_backtest(
                    lifecycle=lifecycle, rule=rule, first=asked["first_day"], last=asked["last_day"],
                    asks=asked["asks"], by=request.user, now=now,
                )  # fmt: skip
            except BacktestRefused as error:
                form.add_error(None, str(error))
            else:
                wake(BACKTEST, run.id)
                return HttpResponseRedirect(reverse("admin:lifecycle_backtestrun_change", args=[run.id]))
        points = ["Each day goes by what was known at its end. No customer is moved, nobody is told."]
        return framed(
            self, request, "lifecycle/admin/form.html", title="Backtest", heading="Try drafts on stored history",
            original=None, form=form, points=points, button="Start",
            cancel_url=reverse("admin:lifecycle_backtestrun_changelist"),
        )  # fmt: skip

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = self.get_object(request, object_id)
        if run is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return framed(
            self, request, "lifecycle/admin/backtest.html", title=str(run), original=run, run=run,
            is_open=run.state in {BacktestState.WAITING, BacktestState.RUNNING}, rules=self.rules_shown(run),
            **(_shown(run.result, run, request) if run.result else {}),
        )  # fmt: skip


def _shown(result: dict[str, Any], run: BacktestRun, request: HttpRequest) -> dict[str, Any]:
    before, after = result["before"], result["after"]
    tags, rules = queries.tag_names(run.lifecycle), queries.rule_names(run.lifecycle)
    weeks = _rows(before["asked_a_week"], after["asked_a_week"])

    def tag(code: str) -> str:
        return tags.get(code, code)

    def move(codes: str) -> str:
        return " → ".join(map(tag, codes.split(">")))

    return {
        "result": result,
        "examples": [
            {**one, "before": tag(one["before"]), "after": tag(one["after"])}
            for one in queries.told(result["examples"], request.user)
        ],
        "tables": [
            ("Where everybody is at the end", _rows(before["states"], after["states"], tag)),
            ("Moves", _rows(before["moves"], after["moves"], move)),
            (
                "Waiting for people, by week",
                sorted(weeks, key=attrgetter("name")),
            ),
        ],
        "flapping": [
            Row("Customers who went back and forth within 14 days", before["flapping"], after["flapping"]),
            Row("How often", before["returns"], after["returns"]),
        ],
        "foretold": [
            (name, {**one, "rule": rules.get(one["key"], one["key"])})
            for name, found in (("in force", result["foretold_before"]), ("tried", result["foretold_after"]))
            for one in found
        ],
        "curve": _curve(before["moves_a_day"], after["moves_a_day"], run),
        "width": WIDTH,
        "height": HEIGHT,
    }


def _rows(before: Mapping[str, int], after: Mapping[str, int], named: Callable[[str], str] = str) -> list[Row]:
    return [Row(named(one), before.get(one, 0), after.get(one, 0)) for one in dict.fromkeys((*before, *after))]


def _curve(before: Mapping[str, int], after: Mapping[str, int], run: BacktestRun) -> Curve:
    days = [str(run.first_day + timedelta(days=n)) for n in range((run.last_day - run.first_day).days + 1)]
    sums = [list(accumulate(found.get(day, 0) for day in days)) for found in (before, after)]
    most = max(1, *(one[-1] for one in sums))
    step = WIDTH / max(len(days) - 1, 1)
    lines = [
        " ".join(f"{n * step:.1f},{HEIGHT - total / most * (HEIGHT - 8):.1f}" for n, total in enumerate(one))
        for one in sums
    ]
    return Curve(lines[0], lines[1], max(one[-1] for one in sums))
