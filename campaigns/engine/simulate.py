"""The virtual clock: a scenario is played on a campaign, from instant to instant, and a year passes in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from campaigns.definition.kinds import Holdout, Split
from campaigns.definition.outcome import Line, differences, expected_lines
from campaigns.definition.parts import BecameTrue, DateReached, Definition, Delay, Scheduled
from campaigns.definition.scenario import Scenario, ScenarioError
from campaigns.definition.text import trees
from campaigns.models import CampaignState, CampaignVersion, RunState, Segment, StepRun, VersionState
from campaigns.queries.definitions import read
from campaigns.queries.played import lines_that_came
from campaigns.rules.schedule import due_after
from campaigns.rules.split import is_held_out, path_of, salt_of
from lifecycle.engine.collect import collect_alone
from lifecycle.engine.evaluate import evaluate_customers
from lifecycle.engine.outbox import Batch
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import DirtyMark, Lifecycle, NextCheck, OutboxMessage
from lifecycle.rules.nodes import metrics_of
from lifecycle.rules.parse import parse

from .enroll import enroll_from
from .exits import end_who_may_not_stay
from .publishing import publish
from .rehearsal import rehearsal
from .stage import SOURCE, arrive, happen
from .steps import run_due
from .triggers import look_for_triggers
from .waking import wake_waits

MOST_ROUNDS = 1_000
MOST_TRIES = 100_000
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Played:
    """What came; of what was expected, what did not come; and what came unexpectedly. ``instants``: of the clock."""

    came: tuple[Line, ...]
    missing: tuple[Line, ...]
    unexpected: tuple[Line, ...]
    instants: int

    @property
    def is_as_expected(self) -> bool:
        return not (self.missing or self.unexpected)


def simulate(*, version: CampaignVersion, scenario: Scenario) -> Played:
    """Play a scenario on a version, a draft too, and forget it. Raises ``ScenarioError`` and ``DefinitionError``.

    Nothing is stored, and nothing goes out. If the scenario expects nothing at all, nothing is unexpected.
    """
    definition = read(version.definition)
    customer = _customer_who(version, definition, scenario)
    with rehearsal():
        instants = _Play(version, definition, scenario, customer).run()
        came = lines_that_came(at_end=scenario.ends, traits=scenario.expect.traits if scenario.expect else ())
    missing, unexpected = differences(came, expected_lines(scenario)) if scenario.expect else ([], [])
    return Played(tuple(came), tuple(missing), tuple(unexpected), instants)


class _Play:
    """One customer, one campaign, and the instant that it is. ``heard``: the last message of the outbox."""

    def __init__(self, version: CampaignVersion, definition: Definition, scenario: Scenario, customer: str) -> None:
        self.scenario, self.now, self.heard = scenario, scenario.begins, 0
        self.lifecycle = definition.lifecycle
        self.given = list(enumerate(sorted(scenario.given, key=lambda one: scenario.instant(one.at)), start=1))
        self.clocks = _clocks(definition, scenario)
        self.looks = isinstance(definition.trigger, BecameTrue | DateReached | Scheduled)
        self.waits = any(getattr(step.settings, "timeout", None) for _, step in definition.all_steps())
        self.may_have_to_leave = definition.stay is not None
        self.needs_days = scenario.rules or _reads_days(definition)
        self.ruled = list(Lifecycle.objects.filter(code__in=_lifecycles(definition))) if scenario.rules else []
        self.customer = arrive(scenario.customer, customer, now=self.now)
        _put_in_force(version, self.now - _TICK)  # the first look only sees how things are

    def run(self) -> int:
        """From instant to instant until the end; returns how many there were."""
        instants = 0
        upcoming: datetime | None = self.now
        while upcoming is not None and upcoming <= self.scenario.ends:
            self.now, instants = upcoming, instants + 1
            self._live()
            upcoming = min(self._upcoming(), default=None)
        return instants

    def _live(self) -> None:
        """All that this instant brings, until nothing is left to do."""
        while self.given and self.scenario.instant(self.given[0][1].at) <= self.now:
            number, one = self.given.pop(0)
            happen(one, self.customer, lifecycle=self.lifecycle, number=number, now=self.now)
        if self.needs_days:
            collect_alone(now=self.now)
        for _ in range(MOST_ROUNDS):
            self._evaluate()
            heard = self._hear()
            if self.looks:
                look_for_triggers(now=self.now)
            if self.may_have_to_leave:
                end_who_may_not_stay(now=self.now)
            if self.waits:
                wake_waits(now=self.now)
            is_due = StepRun.objects.filter(state=RunState.WAITING, due_at__lte=self.now).exists()
            if not ((is_due and run_due(now=self.now)) or heard):
                return
        raise ScenarioError(f"At {self.now:%Y-%m-%d %H:%M} UTC the campaign does not come to rest.")

    def _upcoming(self) -> Iterator[datetime]:
        """The instants at which anything can happen next."""
        waiting = StepRun.objects.filter(state=RunState.WAITING, due_at__gt=self.now)
        checks = NextCheck.objects.filter(lifecycle__in=self.ruled, at__gt=self.now)
        for found in (waiting.aggregate(at=Min("due_at")), checks.aggregate(at=Min("at"))):
            if found["at"] is not None:
                yield found["at"]
        for clock, zone in self.clocks:
            yield due_after(self.now + _TICK, Delay(at=clock), zone)
        if self.given:
            yield self.scenario.instant(self.given[0][1].at)

    def _evaluate(self) -> None:
        for lifecycle in self.ruled:
            news = DirtyMark.objects.filter(lifecycle_id=lifecycle.id)
            if news.exists() or NextCheck.objects.filter(lifecycle=lifecycle, at__lte=self.now).exists():
                evaluate_customers(lifecycle=lifecycle, customers=[self.customer.id], now=self.now)

    def _hear(self) -> bool:
        """Take what was told since straight from the table: who takes it in turn waits for a commit, and none comes."""
        told = list(OutboxMessage.objects.filter(id__gt=self.heard).order_by("id"))
        if told:
            self.heard = told[-1].id
            enroll_from(messages=Batch.of(told), now=self.now)
        return bool(told)


def _put_in_force(version: CampaignVersion, now: datetime) -> None:
    """The campaign with this version alone, published as it would be."""
    campaign = version.campaign
    campaign.state, version.state = CampaignState.OFF, VersionState.DRAFT
    campaign.save(force_insert=True)
    version.save(force_insert=True)
    publish(version=version, by=None, now=now, is_shipped=True)


def _clocks(definition: Definition, scenario: Scenario) -> list[tuple[str, str]]:
    """What the clock shows when something may be to be looked at again each day, and in which zone."""
    at = getattr(definition.trigger, "at", None)
    clocks = [(at, scenario.customer.timezone)] if at else []
    return [*clocks, ("00:00", "UTC")] if scenario.rules or any(trees(definition)) else clocks


def _reads_days(definition: Definition) -> bool:
    """Whether a condition reads what is summed up day by day."""
    asked = [tree for _, tree in trees(definition)]
    if isinstance(definition.trigger, Scheduled):
        asked += Segment.objects.filter(key=definition.trigger.segment).values_list("condition", flat=True)
    names = {name for tree in asked for name in metrics_of(parse(tree, CATALOGUE))}
    return any(CATALOGUE[name].collected_columns for name in names)


def _lifecycles(definition: Definition) -> set[str]:
    return {definition.lifecycle, getattr(definition.trigger, "lifecycle", definition.lifecycle)}


def _customer_who(version: CampaignVersion, definition: Definition, scenario: Scenario) -> str:
    """An external id with which chance leads the customer where the scenario wants it: who it is decides about that."""
    takes, wants_out = scenario.customer.takes, scenario.customer.is_held_out
    steps = {step.key: step.settings for _, step in definition.all_steps()}
    for key, path in takes.items():
        if not isinstance(steps.get(key), Split) or path not in steps[key].shares:
            raise ScenarioError(f"customer.takes.{key}: there is no split {key} with a path {path}.")
    campaign = version.campaign.key
    shares = {salt_of(campaign, key): one.share for key, one in steps.items() if isinstance(one, Holdout)}
    shares[salt_of(campaign)] = definition.holdout
    for number in range(1, MOST_TRIES):
        customer = f"{SOURCE}-{number}"
        is_out = any(is_held_out(salt, customer, share) for salt, share in shares.items())
        if is_out == wants_out and all(
            path_of(salt_of(campaign, key), customer, steps[key].shares) == path for key, path in takes.items()
        ):
            return customer
    raise ScenarioError("customer: nobody takes these paths; is anybody held out at all?")
