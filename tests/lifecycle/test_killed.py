"""``kill -9`` in the middle of an evaluation, and once more from the start: the same end as without it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.models import (
    Customer,
    CustomerFacts,
    CustomerStatus,
    Decision,
    EvaluationChunk,
    Lifecycle,
    NextCheck,
    OutboxMessage,
    Transition,
)

from .processes import kill, manage, running, until
from .stage import NOW, days_ago, is_at_least, lifecycle_with, published

HOW_MANY = 4_000


def crowd(how_many: int, *lifecycles: Lifecycle) -> None:
    """Many customers: some move one step, some two, some none."""
    people = Customer.objects.bulk_create(
        Customer(external_id=f"c{number}", created_at=NOW, updated_at=NOW) for number in range(how_many)
    )
    CustomerFacts.objects.bulk_create(
        CustomerFacts(customer=person, login_count=number % 3, last_login_at=days_ago(number % 5))
        for number, person in enumerate(people)
    )
    for lifecycle in lifecycles:
        first = lifecycle.tags.get(is_initial=True)
        statuses = CustomerStatus.objects.bulk_create(
            CustomerStatus(lifecycle=lifecycle, customer=person, tag=first) for person in people
        )
        NextCheck.objects.bulk_create(NextCheck(status=status, lifecycle=lifecycle) for status in statuses)


def busy_lifecycle(code: str) -> Lifecycle:
    lifecycle = lifecycle_with(
        "NEW ACTIVE OFTEN IDLE",
        {"from": "NEW", "to": "ACTIVE", "when": is_at_least("login_count", 1)},
        {"from": "ACTIVE", "to": "OFTEN", "when": is_at_least("login_count", 2)},
    )
    published(lifecycle, **{"from": "OFTEN", "to": "IDLE", "when": is_at_least("days_since_login", 200)})
    Lifecycle.objects.filter(id=lifecycle.id).update(code=code)
    lifecycle.refresh_from_db()
    return lifecycle


def outcome(lifecycle: Lifecycle) -> tuple[list[object], list[object]]:
    """Where everybody stands, and by which steps; without the instants, in which runs differ."""
    standing = CustomerStatus.objects.filter(lifecycle=lifecycle).order_by("customer_id")
    steps = Transition.objects.filter(lifecycle=lifecycle).order_by("customer_id", "id")
    return (
        list(standing.values_list("customer_id", "tag__code", "version", "next_check__at")),
        list(steps.values_list("customer_id", "from_tag__code", "to_tag__code", "evidence")),
    )


def assert_everything_is_told_once(lifecycle: Lifecycle) -> None:
    told = Transition.objects.filter(lifecycle=lifecycle).values_list("id", flat=True)
    assert OutboxMessage.objects.filter(subject_id__in=told).count() == len(told)
    rules = lifecycle.rules.values_list("id", flat=True)
    assert Decision.objects.filter(rule_id__in=rules, is_applied=True).count() == len(told)


@pytest.mark.slow
def test_a_full_evaluation_that_was_killed_is_completed_by_the_next_one(child_environment: dict[str, str]) -> None:
    killed, undisturbed = busy_lifecycle("killed"), busy_lifecycle("undisturbed")
    crowd(HOW_MANY, killed, undisturbed)
    now = timezone.now()
    evaluate_everybody(lifecycle=undisturbed, as_of=now, now=now)
    environment = {**child_environment, "EVALUATION_CHUNK_SIZE": "100"}

    with running(manage("evaluate", "killed", "--full", environment=environment)) as process:
        until(
            lambda: EvaluationChunk.objects.filter(evaluation__lifecycle=killed).exclude(done_at=None).count() > 5,
            process,
        )
        kill(process)
    kept = Transition.objects.filter(lifecycle=killed).count()
    again = manage("evaluate", "killed", "--full", environment=environment)

    assert again.wait() == 0
    assert 0 < kept < len(outcome(undisturbed)[1])
    assert outcome(killed) == outcome(undisturbed)
    assert_everything_is_told_once(killed)
