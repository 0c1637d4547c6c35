"""The kinds of steps that come with the product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from campaigns.definition import kinds as says
from campaigns.models import Channel, EndReason
from campaigns.queries.conditions import customers_meeting
from campaigns.queries.heard import heard_in_time
from campaigns.rules.split import is_held_out, path_of, salt_of

from .inside import alert, make_tasks, tell_traits
from .kinds import Done, Ends, Kind, Outcome, Work, register_kind
from .writing import write_action, write_email, write_in_app, write_webhook


def register_builtin() -> None:
    for kind in (
        Kind("wait", says.Pause, run=_done),
        Kind("wait_for", says.WaitFor, run=_wait_for),
        Kind("branch", says.Branch, run=_branch),
        Kind("split", says.Split, run=_split),
        Kind("holdout", says.Holdout, run=_hold_out),
        Kind("task", says.HumanTask, run=make_tasks, is_timely=True),
        Kind("alert", says.Alert, run=alert, is_timely=True),
        Kind("set_trait", says.SetTrait, run=tell_traits),
        Kind("remove_trait", says.RemoveTrait, run=tell_traits),
        Kind("email", says.Email, write=write_email, channel=Channel.EMAIL),
        Kind("in_app", says.InApp, write=write_in_app, channel=Channel.IN_APP),
        Kind("webhook", says.Webhook, write=write_webhook, channel=Channel.WEBHOOK),
        Kind("action", says.Action, write=write_action, channel=Channel.WEBHOOK),
    ):
        register_kind(kind)


def _done(works: Sequence[Work], now: datetime) -> Mapping[int, Outcome]:
    return {work.run.id: Done() for work in works}


def _wait_for(works: Sequence[Work], now: datetime) -> Mapping[int, Outcome]:
    """It was woken, or its time is over; which of the two, is looked up."""
    heard = heard_in_time([work.run for work in works if work.run.awaits], now)
    met = _meeting([work for work in works if not work.run.awaits], now)
    return {
        work.run.id: Done("happened" if work.run.id in heard or work.run.id in met else "timeout") for work in works
    }


def _branch(works: Sequence[Work], now: datetime) -> Mapping[int, Outcome]:
    met = _meeting(works, now)
    return {work.run.id: Done("yes" if work.run.id in met else "no") for work in works}


def _split(works: Sequence[Work], now: datetime) -> Mapping[int, Outcome]:
    return {
        work.run.id: Done(path_of(_salt(work), work.enrollment.customer.external_id, work.settings.shares))
        for work in works
    }


def _hold_out(works: Sequence[Work], now: datetime) -> Mapping[int, Outcome]:
    return {
        work.run.id: Ends(EndReason.HOLDOUT)
        if is_held_out(_salt(work), work.enrollment.customer.external_id, work.settings.share)
        else Done()
        for work in works
    }


def _salt(work: Work) -> str:
    return salt_of(work.campaign, work.step.key)


def _meeting(works: Sequence[Work], now: datetime) -> set[int]:
    """The runs whose customers meet the condition of their step: one question for each step."""
    asked: dict[tuple[int, str], list[Work]] = defaultdict(list)
    for work in works:
        asked[work.enrollment.version_id, work.step.key].append(work)
    found: set[int] = set()
    for mine in asked.values():
        tree, lifecycle = mine[0].settings.condition, mine[0].definition.lifecycle
        customers = {work.run.customer_id for work in mine}
        meeting = customers_meeting(tree, lifecycle=lifecycle, customers=customers, as_of=now)
        found.update(work.run.id for work in mine if work.run.customer_id in meeting)
    return found
