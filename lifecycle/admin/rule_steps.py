"""Putting a rule in force and taking it out, each after a page that says what will happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.db import OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from lifecycle import queries
from lifecycle.engine.locks import LifecycleBusy
from lifecycle.engine.publishing import SecondPersonNeeded, publish, put_in_shadow, retire, why_not_publish
from lifecycle.engine.rules import RuleNotEditable, fingerprint
from lifecycle.models import Customer, RuleState, TransitionRule

from .pages import Question, ask, some_of
from .rule_preview import preview, written_of

IMPACT_SECONDS = 10


def publish_page(admin: ModelAdmin[Any], request: HttpRequest, object_id: str, *, now: datetime) -> HttpResponse:
    return _step(
        admin, request, object_id,
        why_not=lambda rule: why_not_publish(rule, request.user),
        question=lambda rule: _publish_question(rule, now, named=queries.customers_named(request.user)),
        do=lambda rule: publish(rule=rule, by=request.user, now=now, expected=request.POST.get("seen", "")),
        done="is in force now",
    )  # fmt: skip


def into_shadow_page(admin: ModelAdmin[Any], request: HttpRequest, object_id: str, *, now: datetime) -> HttpResponse:
    return _step(
        admin, request, object_id,
        question=_shadow_question,
        do=lambda rule: put_in_shadow(rule=rule, now=now),
        done="runs in shadow",
    )  # fmt: skip


def retire_page(admin: ModelAdmin[Any], request: HttpRequest, object_id: str, *, now: datetime) -> HttpResponse:
    return _step(
        admin, request, object_id,
        question=_retire_question,
        do=lambda rule: retire(rule=rule, now=now),
        done="is retired",
    )  # fmt: skip


def _step(
    admin: ModelAdmin[Any],
    request: HttpRequest,
    object_id: str,
    *,
    question: Callable[[TransitionRule], Question],
    do: Callable[[TransitionRule], TransitionRule],
    done: str,
    why_not: Callable[[TransitionRule], str] = lambda rule: "",
) -> HttpResponse:
    rule = admin.get_object(request, object_id)
    if rule is None:
        return admin._get_obj_does_not_exist_redirect(request, admin.opts, object_id)  # type: ignore[attr-defined]  # not in the stubs
    page = reverse("admin:lifecycle_transitionrule_change", args=[rule.id])
    if request.method != "POST":
        if why := why_not(rule):
            messages.error(request, why)
            return HttpResponseRedirect(page)
        return ask(admin, request, question(rule), original=rule, cancel_url=page)
    try:
        do(rule)
    except (RuleNotEditable, SecondPersonNeeded, LifecycleBusy) as error:
        messages.error(request, str(error))
    else:
        admin.log_change(request, rule, f"It {done}.")
        messages.success(request, f"“{rule.name}”, version {rule.version}, {done}.")
    return HttpResponseRedirect(page)


def _publish_question(rule: TransitionRule, now: datetime, *, named: QuerySet[Customer]) -> Question:
    found = preview(written_of(rule), now=now)
    before = TransitionRule.objects.filter(lifecycle=rule.lifecycle, key=rule.key, state=RuleState.PUBLISHED).first()
    happens = [f"{found.says} {found.meets}" if not found.problems else found.sentences[0]]
    happens += _impact_in_words(rule, now, named) if not found.problems else ()
    if before is not None:
        happens.append(f"Version {before.version}, in force until now, is retired.")
    happens.append(
        "Moves are made at the next evaluation. Those wait for a person that the review policy gives to people, or for "
        "which too little is known: a rule is trusted less the more of its values are missing."
        if rule.is_automatic
        else "At the next evaluation each move becomes a recommendation that waits for a person."
    )
    if rule.written_by:
        happens.append(f"Written by {rule.written_by}.")
    happens += [f"Mind: {warning}" for warning in found.warnings]
    happens.append("A published version is never changed; to change the rule, write a new version.")
    title = f"Publish “{rule.name}”, version {rule.version}?"
    return Question(title, tuple(happens), "Publish", seen=fingerprint(rule))


def _impact_in_words(rule: TransitionRule, now: datetime, named: QuerySet[Customer]) -> Iterator[str]:
    """Who would move at once that does not now, and who no longer; of those ``named``, some by name."""
    try:
        with queries.patience(IMPACT_SECONDS):
            found = queries.impact(rule, as_of=now, named=named)
    except OperationalError:
        yield f"To say whom it changes takes longer than {IMPACT_SECONDS} seconds here; a backtest says it."
        return
    for change in found.changes:
        where = change.start.name if change.start else "no tag"
        goes = f"move to {change.after.name}" if change.after else "stay"
        instead = f" and no longer to {change.before.name}" if change.before else ""
        who = f": {some_of(change.examples, change.customers)}" if change.examples else "."
        yield f"{change.customers:,} of those in {where} {goes}{instead}{who}"
    if not found.changes:
        yield f"Nobody among the {found.looked_at:,} whom it concerns goes elsewhere than by the rules in force."


def _shadow_question(rule: TransitionRule) -> Question:
    before = TransitionRule.objects.filter(lifecycle=rule.lifecycle, key=rule.key, state=RuleState.SHADOW).first()
    happens = (
        "From the next evaluation on it is decided by as if it were in force, and what it would have changed is kept.",
        "It moves nobody and asks nobody.",
        *((f"Version {before.version}, in shadow until now, is retired.",) if before else ()),
        "It is not changed while it is there; to change it, write a new version.",
    )
    return Question(f"Run “{rule.name}”, version {rule.version}, in shadow?", happens, "Run in shadow")


def _retire_question(rule: TransitionRule) -> Question:
    return Question(
        f"Retire “{rule.name}”, version {rule.version}?",
        (
            "The rule moves nobody any more.",
            "Moves it made stay as they are, and still tell why.",
            "A new version of it can be written at any time.",
        ),
        "Retire",
        is_dangerous=True,
    )
