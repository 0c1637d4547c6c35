"""Cohorts: whether those who came later do better, how long they take, and who stays."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from analytics.queries.cohorts import Asking, Basis, By, Only, progress, retention
from analytics.queries.survival import reaching
from analytics.queries.targets import Target, all_targets, first_target
from lifecycle.queries import owners_seen

from .board import Asked, Board, Card, Said, board
from .cohort_charts import progress_chart, retention_chart, share, standing_chart
from .cohort_links import customers_of
from .survival_charts import finding, reaching_chart
from .words import NO_LIFECYCLE, number_of

_BY = {
    By.MONTH: "Month of enrollment", By.PLAN: "Plan", By.TIER: "Tier", By.PRODUCT_TAG: "Product",
    By.TRAIT: "A trait",
}  # fmt: skip
_PROGRESS, _DURATIONS = "cohort_progress", "durations_to_tags"
_ACTIVITY = {Basis.ACTIVITY: "Anything done", Basis.ORDERS: "An order"}
MONTH, NO_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$", "A month such as 2026-01."


class ShownForm(forms.Form):
    """Which cohorts. ``target``: ``learning:ST_003``, or a category as ``learning:category:risk``."""

    target = forms.ChoiceField(
        label="Getting to", widget=UnfoldAdminSelectWidget, error_messages={"required": NO_LIFECYCLE}
    )
    by = forms.ChoiceField(
        label="Cohorts by", choices=list(_BY.items()), initial=By.MONTH, widget=UnfoldAdminSelectWidget
    )
    trait = forms.CharField(
        required=False, max_length=100, help_text="Its name, for cohorts by a trait.", widget=UnfoldAdminTextInputWidget
    )
    since = forms.RegexField(
        MONTH, required=False, label="Enrolled since",
        help_text="Such as 2026-01; empty: the newest 24 months.", widget=UnfoldAdminTextInputWidget,
        error_messages={"invalid": NO_MONTH},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = all_targets()
        groups: dict[str, list[tuple[str, str]]] = {}
        for code, one in self.targets.items():
            groups.setdefault(one.lifecycle.name, []).append((code, one.name))
        self.fields["target"].choices = list(groups.items())  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean_target(self) -> Target:
        return self.targets[self.cleaned_data["target"]]

    def clean(self) -> dict[str, Any]:
        about = self.cleaned_data
        if about.get("by") == By.TRAIT and not about.get("trait"):
            self.add_error("trait", "Name the trait by which customers are put together.")
        return about


class CohortForm(ShownForm):
    months = forms.TypedChoiceField(
        choices=[(number, f"{number} months") for number in (6, 12, 24)], coerce=int, initial=12,
        label="Followed for", widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    basis = forms.ChoiceField(
        label="Activity", choices=list(_ACTIVITY.items()), initial=Basis.ACTIVITY, widget=UnfoldAdminSelectWidget
    )
    way = forms.ChoiceField(
        label="Retention", choices=[("classic", "Classic: in the month"), ("rolling", "Rolling: in it or later")],
        initial="classic", widget=UnfoldAdminSelectWidget,
    )  # fmt: skip


class OfCohorts(Board):
    """It begins with the target that is looked at first."""

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        target = None if "target" in request.GET else first_target(owners_seen(request.user))
        return {**super().initial(request), **({"target": target.key} if target else {})}

    def asking(self, asked: Asked, **more: Any) -> Asking:
        about = asked.about
        lifecycle = about["target"].lifecycle
        return Asking(lifecycle, asked.owners, asked.now, By(about["by"]), about["trait"], since=about["since"], **more)


@board
class Cohorts(OfCohorts):
    code = "cohorts"
    title = "Cohorts"
    form = CohortForm

    def says(self, asked: Asked) -> Said:
        about, target = asked.about, asked.about["target"]
        asking = self.asking(asked, months=about["months"])
        lead = partial(customers_of, asking, target)
        as_of, rows = progress(asking)
        found = reaching(asking, target.ids)
        basis = Basis(about["basis"])
        _, retained = retention(asking, basis)
        customers = sum(row.customers for row in rows)
        there = target.now(rows)
        now = share(there, customers)
        median = found.everybody.median
        worst = found.worst(is_reaching_bad=target.is_bad)
        return Said(
            as_of,
            cards=[
                Card(
                    "Customers", f"{customers:,}", f"in {number_of(len(rows), 'cohort')}", url=lead(), report=_PROGRESS
                ),
                Card(
                    f"Now in {target.name}",
                    f"{there:,}",
                    "" if now is None else f"{now:g}%",
                    url=lead(only=Only.THERE),
                    report=_PROGRESS,
                ),
                Card(
                    "Ever got there",
                    f"{found.everybody.reached:,}",
                    f"of {found.everybody.customers:,}",
                    url=lead(only=Only.REACHED),
                    report=_DURATIONS,
                ),
                Card(
                    "Median time",
                    "–" if median is None else f"{median:,} days",
                    "fewer than half got there" if median is None else "from enrollment until there",
                    url=lead(only=Only.REACHED),
                    report=_DURATIONS,
                ),
                Card(
                    "Worst cohort",
                    worst.name if worst else "None",
                    finding(target, found.differences),
                    url=lead(worst) if worst else "",
                    report=_DURATIONS,
                ),
            ],
            charts=[
                progress_chart(asking, target, rows),
                reaching_chart(asking, target, found),
                standing_chart(asking, target, rows),
                retention_chart(retained, is_rolling=about["way"] == "rolling", activity=_ACTIVITY[basis].lower()),
            ],
        )
