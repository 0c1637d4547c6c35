"""What is told of success managers, and how they are compared: with the median, and never of too few."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from .few import FEWEST

MONTH_DAYS = 30
FEWEST_OTHERS = 3  # managers beside oneself, below which a median would tell who they are


@dataclass(frozen=True, slots=True)
class Manager:
    """The sums of the reports ``manager_…``, by the names of their columns; what is not there is zero."""

    id: int
    name: str
    load: float = 0.0
    sums: Mapping[str, float] = field(default_factory=dict)
    days: int = MONTH_DAYS

    def __getitem__(self, name: str) -> float:
        return self.sums.get(name) or 0

    @property
    def is_small(self) -> bool:
        """Too few customers to be compared."""
        return self["customers"] < FEWEST


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a manager: ``value`` of ``base`` (what it is a rate of; its size is n), times ``factor``.

    Without a base it is an amount, which is no rate of anything.
    """

    code: str
    name: str
    unit: str
    value: Callable[[Manager], float | None]
    base: str = ""
    definition: str = ""

    def n(self, manager: Manager) -> int:
        return int(manager[self.base]) if self.base else int(manager["customers"])

    def of(self, manager: Manager) -> float | None:
        """None where there are too few to say."""
        return None if self.base and self.n(manager) < FEWEST else self.value(manager)


def _share(part: str, whole: str) -> Callable[[Manager], float]:
    return lambda manager: 100 * manager[part] / manager[whole]


def _amount(name: str) -> Callable[[Manager], float]:
    return lambda manager: manager[name]


MEASURES: tuple[Measure, ...] = (
    Measure("customers", "Customers", "", _amount("customers")),
    Measure("accounts", "Accounts", "", _amount("accounts"), definition="That have not churned."),
    Measure("revenue", "Revenue", "money", _amount("revenue"), definition="Annual, of the accounts."),
    Measure(
        "load", "Load", "%", lambda one: 100 * one.load,
        definition="Accounts by tier against how many fill a manager's time; 100% is all of it.",
    ),
    Measure(
        "health", "Health", "number", lambda one: one["score_sum"] / one["scored"], "scored",
        "Mean score. Closed accounts are left out.",
    ),
    Measure(
        "health_change", "Change", "change", lambda one: one["change_sum"] / one["scored_twice"], "scored_twice",
        "Mean change of the score since the period began, of customers scored then and now.",
    ),
    Measure(
        "at_risk", "At risk", "%", _share("at_risk", "accounts"), "accounts", "Of the accounts: in the tag At risk."
    ),
    Measure("tasks_open", "Open tasks", "", _amount("open")),
    Measure("tasks_overdue", "Overdue", "", _amount("overdue")),
    Measure("tasks_done", "Done", "", _amount("done"), definition="In the period."),
    Measure(
        "task_hours", "Hours to finish", "hours", lambda one: one["median_hours"], "done",
        "Median, from made to done, of tasks done in the period.",
    ),
    Measure(
        "milestones_on_time", "Milestones on time", "%", _share("milestones_on_time", "milestones"), "milestones",
        "Completed by their day, of those due in the period.",
    ),
    Measure(
        "reviews_held", "Reviews held", "%", _share("reviews_held", "reviews"), "reviews",
        "Of the business reviews that were due in the period and not cancelled.",
    ),
    Measure(
        "contacts", "Contacts a month", "number",
        lambda one: one["contacts"] / one["customers"] * MONTH_DAYS / one.days, "customers",
        "Calls, emails and meetings done and reviews held, for each customer and 30 days.",
    ),
    Measure("renewals", "Renewals", "", _amount("renewals"), definition="Of accounts, in the next 90 days."),
    Measure("renewal_revenue", "Renewal revenue", "money", _amount("renewal_revenue")),
    Measure(
        "alerts_in_time", "Alerts in time", "%", _share("alerts_in_time", "alerts"), "alerts",
        "Handled by their due time, of those due in the period that did not recover before.",
    ),
    Measure(
        "nps", "NPS", "number", lambda one: 100 * (one["promoters"] - one["detractors"]) / one["answers"], "answers",
        "Promoters (9, 10) less detractors (0 to 6), in percent of customers' latest answers.",
    ),
)  # fmt: skip

BY_CODE: Mapping[str, Measure] = {measure.code: measure for measure in MEASURES}


def medians(managers: Iterable[Manager], *, alone: Collection[int] = ()) -> dict[str, float | None]:
    """Of each measure, over the managers who are not too small for it. Whoever sees ``alone`` of them is told no median
    of which too few others are a part."""
    compared = [one for one in managers if not one.is_small]
    return {measure.code: _median(measure, compared, frozenset(alone)) for measure in MEASURES}


def _median(measure: Measure, managers: Iterable[Manager], alone: frozenset[int]) -> float | None:
    known = {one.id: value for one in managers if (value := measure.of(one)) is not None}
    if not known or (alone and len(known.keys() - alone) < FEWEST_OTHERS):
        return None
    return median(known.values())
