"""Rules are drafts until they are published; what decided once is never changed."""

from __future__ import annotations

import pytest

from lifecycle.engine.evaluate import evaluate_changed
from lifecycle.engine.publishing import publish, retire
from lifecycle.engine.rules import RuleNotEditable, write_draft
from lifecycle.models import Customer, DirtyMark, Lifecycle, RuleState, TransitionRule
from lifecycle.rules.parse import RuleError
from tests.factories import StatusTagFactory, UserFactory

from .stage import NOW, Tree, code_of, event, is_at_least, lifecycle_with, published, rule_text, send

pytestmark = pytest.mark.django_db
LOGIN: Tree = {"from": "NEW", "to": "OLD", "when": is_at_least("login_count", 1)}


@pytest.fixture
def lifecycle() -> Lifecycle:
    return lifecycle_with("NEW OLD LAST")


def draft(lifecycle: Lifecycle, key: str = "login", **change: object) -> TransitionRule:
    return write_draft(lifecycle=lifecycle, key=key, text=rule_text(lifecycle, **{**LOGIN, **change}))


def marked() -> set[str]:
    ids = DirtyMark.objects.values_list("customer_id", flat=True)
    return set(Customer.objects.filter(id__in=ids).values_list("external_id", flat=True))


def test_a_draft_is_written_over_until_it_is_published(lifecycle: Lifecycle) -> None:
    first = draft(lifecycle)

    second = draft(lifecycle, when=is_at_least("login_count", 2), priority=7)

    assert (second.id, second.version, second.priority) == (first.id, 1, 7)
    assert second.conditions == is_at_least("login_count", 2)


def test_a_published_rule_gets_a_new_version(lifecycle: Lifecycle) -> None:
    first = publish(rule=draft(lifecycle), by=None, now=NOW)

    second = draft(lifecycle, when=is_at_least("login_count", 2))

    first.refresh_from_db()
    assert (first.version, first.state, second.version, second.state) == (1, "published", 2, "draft")
    assert first.conditions == is_at_least("login_count", 1)


def test_conditions_are_kept_in_their_canonical_spelling(lifecycle: Lifecycle) -> None:
    rule = draft(lifecycle, when={"all": [{"metric": "days_since_last_login", "operator": ">=", "value": 5.0}]})

    assert rule.conditions == {"all": [is_at_least("days_since_login", 5)]}


def test_publishing_replaces_the_version_in_force(lifecycle: Lifecycle) -> None:
    sam = UserFactory()
    first = publish(rule=draft(lifecycle), by=None, now=NOW)

    second = publish(rule=draft(lifecycle, when=is_at_least("login_count", 2)), by=sam, now=NOW)

    first.refresh_from_db()
    assert (first.state, first.retired_at) == (RuleState.RETIRED, NOW)
    assert (second.state, second.published_at, second.published_by) == (RuleState.PUBLISHED, NOW, sam)


@pytest.mark.parametrize("state", [RuleState.PUBLISHED, RuleState.RETIRED])
def test_only_a_draft_can_be_published(lifecycle: Lifecycle, state: str) -> None:
    rule = draft(lifecycle)
    TransitionRule.objects.update(state=state)

    with pytest.raises(RuleNotEditable, match="Only a draft, or what is in shadow, can be published"):
        publish(rule=rule, by=None, now=NOW)


def test_what_is_retired_is_not_retired_again(lifecycle: Lifecycle) -> None:
    rule = retire(rule=draft(lifecycle), now=NOW)

    with pytest.raises(RuleNotEditable, match="retired already"):
        retire(rule=rule, now=NOW)


def test_publishing_marks_everybody_in_the_tags_of_the_old_and_the_new_version(lifecycle: Lifecycle) -> None:
    publish(rule=draft(lifecycle, **{"from": "OLD", "to": "LAST"}), by=None, now=NOW)
    send(*(event(name, "page_viewed") for name in ("new", "old", "last", "untagged")))
    for name, code in (("old", "OLD"), ("last", "LAST"), ("untagged", None)):
        status = lifecycle.tags.filter(code=code).first()
        Customer.objects.get(external_id=name).statuses.update(tag=status)
    DirtyMark.objects.all().delete()

    publish(rule=draft(lifecycle), by=None, now=NOW)

    assert marked() == {"new", "old"}


def test_a_rule_for_the_untagged_marks_the_untagged(lifecycle: Lifecycle) -> None:
    send(event("new", "page_viewed"), event("untagged", "page_viewed"))
    Customer.objects.get(external_id="untagged").statuses.update(tag=None)
    DirtyMark.objects.all().delete()

    publish(rule=draft(lifecycle, **{"from": ""}), by=None, now=NOW)

    assert marked() == {"untagged"}


def test_a_retired_rule_moves_nobody(lifecycle: Lifecycle) -> None:
    rule = published(lifecycle, **LOGIN)
    send(event("ann", "login"))

    retire(rule=rule, now=NOW)
    evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert code_of("ann", lifecycle) == "NEW"


def test_a_new_version_decides_from_the_next_run_on(lifecycle: Lifecycle) -> None:
    publish(rule=draft(lifecycle, when=is_at_least("login_count", 2)), by=None, now=NOW)
    send(event("ann", "login"))
    before = evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)

    publish(rule=draft(lifecycle), by=None, now=NOW)
    after = evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert (before.moved, after.moved) == (0, 1)


def test_refuses_a_rule_from_nowhere(lifecycle: Lifecycle) -> None:
    text = rule_text(lifecycle, **LOGIN)
    nowhere = type(text)(name="x", to_tag=text.to_tag, conditions=text.conditions)

    with pytest.raises(RuleError) as error:
        write_draft(lifecycle=lifecycle, key="login", text=nowhere)

    assert error.value.path == "from_tags"


@pytest.mark.parametrize(
    ("change", "path"),
    [({"from": "NEW OLD"}, "to_tag"), ({"when": {"all": []}}, "all"), ({"when": {"metric": "x"}}, "metric")],
)
def test_refuses_a_draft_that_cannot_work(lifecycle: Lifecycle, change: Tree, path: str) -> None:
    with pytest.raises(RuleError) as error:
        draft(lifecycle, **change)

    assert error.value.path == path
    assert not TransitionRule.objects.exists()


def test_refuses_a_tag_of_another_lifecycle(lifecycle: Lifecycle) -> None:
    text = rule_text(lifecycle, **LOGIN)
    stranger = type(text)(name="x", to_tag=StatusTagFactory(), from_tags=text.from_tags, conditions=text.conditions)

    with pytest.raises(RuleError, match="belongs to another lifecycle"):
        write_draft(lifecycle=lifecycle, key="login", text=stranger)
