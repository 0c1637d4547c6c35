"""With RULES_NEED_SECOND_PERSON, whoever wrote the text of a rule cannot publish it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from pghistory.models import Events

from lifecycle.engine.defaults import load_defaults
from lifecycle.engine.publishing import SecondPersonNeeded, publish, retire, why_not_publish
from lifecycle.engine.rules import delete_draft, write_draft
from lifecycle.models import Lifecycle, RuleState, TransitionRule
from tests.factories import UserFactory

from .stage import NOW, Tree, is_at_least, lifecycle_with, rule_text

pytestmark = pytest.mark.django_db
LOGIN: Tree = {"from": "NEW", "to": "OLD", "when": is_at_least("login_count", 1)}


@pytest.fixture(autouse=True)
def _is_on(settings: Any) -> None:
    settings.RULES_NEED_SECOND_PERSON = True


@pytest.fixture
def lifecycle() -> Lifecycle:
    return lifecycle_with("NEW OLD LAST")


def marketer(name: str) -> User:
    user: User = UserFactory(username=name)
    user.user_permissions.set(Permission.objects.filter(codename="change_transitionrule"))
    return user


@pytest.fixture
def ann() -> User:
    return marketer("ann")


@pytest.fixture
def bob() -> User:
    return marketer("bob")


def written(lifecycle: Lifecycle, by: User | None, **change: Any) -> TransitionRule:
    return write_draft(lifecycle=lifecycle, key="login", text=rule_text(lifecycle, **{**LOGIN, **change}), by=by)


def refuses(rule: TransitionRule, by: User | None, sentence: str) -> None:
    with pytest.raises(SecondPersonNeeded, match=sentence):
        publish(rule=rule, by=by, now=NOW)
    rule.refresh_from_db()
    assert rule.state == RuleState.DRAFT


def test_the_writer_is_refused_and_somebody_else_is_not(lifecycle: Lifecycle, ann: User, bob: User) -> None:
    rule = written(lifecycle, ann)

    refuses(rule, ann, "was written by ann, so another person has to publish it")
    rule = publish(rule=rule, by=bob, now=NOW)

    assert (rule.state, rule.written_by, rule.published_by) == (RuleState.PUBLISHED, ann, bob)


def test_a_superuser_is_refused_like_everybody(lifecycle: Lifecycle) -> None:
    root = UserFactory(is_superuser=True)

    refuses(written(lifecycle, root), root, "another person")


def test_somebody_without_the_permission_is_refused(lifecycle: Lifecycle, ann: User) -> None:
    refuses(written(lifecycle, ann), UserFactory(username="vera"), "vera may not publish rules")


def test_nobody_publishes_and_what_nobody_wrote_is_not_published(lifecycle: Lifecycle, ann: User, bob: User) -> None:
    refuses(written(lifecycle, None), bob, "Nobody is known to have written")

    rule = written(lifecycle, ann)  # the same text: somebody stands behind it now

    refuses(rule, None, "has to answer")
    refuses(rule, ann, "written by ann")
    assert why_not_publish(rule, bob) == ""


def test_who_changes_the_text_last_has_written_it(lifecycle: Lifecycle, ann: User, bob: User) -> None:
    written(lifecycle, ann)
    rule = written(lifecycle, bob, priority=7)
    refuses(rule, bob, "written by bob")

    rule = written(lifecycle, ann, priority=8)

    refuses(rule, ann, "written by ann")


@pytest.mark.parametrize("change", [{}, {"when": {"metric": "login_count", "operator": ">=", "value": 1.0}}])
def test_saving_the_same_text_does_not_take_it_over(lifecycle: Lifecycle, ann: User, bob: User, change: Tree) -> None:
    written(lifecycle, ann)

    rule = written(lifecycle, bob, **change)

    refuses(rule, ann, "written by ann")


def test_other_tags_are_another_text(lifecycle: Lifecycle, ann: User, bob: User) -> None:
    written(lifecycle, ann)

    refuses(written(lifecycle, bob, **{"from": "NEW LAST"}), bob, "written by bob")


@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_draft_put_away_and_written_again_needs_a_second_person(
    lifecycle: Lifecycle, ann: User, is_deleted: bool
) -> None:
    rule = written(lifecycle, ann)
    if is_deleted:
        delete_draft(rule=rule)
    else:
        retire(rule=rule, now=NOW)

    refuses(written(lifecycle, ann), ann, "written by ann")


def test_the_next_version_needs_a_second_person_too(lifecycle: Lifecycle, ann: User, bob: User) -> None:
    publish(rule=written(lifecycle, ann), by=bob, now=NOW)

    refuses(written(lifecycle, bob), bob, "version 2.* was written by bob")


def test_the_account_of_a_writer_that_is_gone_opens_no_door(lifecycle: Lifecycle, ann: User, bob: User) -> None:
    rule = written(lifecycle, ann)
    ann.delete()

    refuses(rule, bob, "Nobody is known")


def test_what_is_shipped_is_put_in_force(db: None) -> None:
    load_defaults(now=NOW)

    assert TransitionRule.objects.filter(state=RuleState.PUBLISHED).count() > 10
    assert not TransitionRule.objects.exclude(written_by=None).exists()


class TestCommands:
    @pytest.fixture
    def file(self, lifecycle: Lifecycle, tmp_path: Path) -> Path:
        rule = {"key": "login", "name": "Login", "from": ["NEW"], "to": "OLD", "conditions": LOGIN["when"]}
        path = tmp_path / "rules.json"
        path.write_text(json.dumps({"lifecycle": lifecycle.code, "rules": [rule]}))
        return path

    def test_importing_writes_in_the_name_that_is_given(self, file: Path, ann: User) -> None:
        call_command("import_rules", str(file), "--by", "ann", stdout=io.StringIO())

        assert TransitionRule.objects.get().written_by == ann

    def test_importing_puts_nothing_in_force(self, file: Path, ann: User) -> None:
        said = io.StringIO()

        with pytest.raises(SystemExit) as ended:
            call_command("import_rules", str(file), "--by", "ann", "--publish", stderr=said)

        assert ended.value.code == 2
        assert "import them as drafts" in said.getvalue()
        assert not TransitionRule.objects.exists()

    def test_publishing_holds_to_it_and_the_audit_shows_both(self, file: Path, ann: User, bob: User) -> None:
        call_command("import_rules", str(file), "--by", "ann", stdout=io.StringIO())
        rule = TransitionRule.objects.get()
        publication = ("publish_rules", "login", "--lifecycle", rule.lifecycle.code, "--by")

        with pytest.raises(CommandError, match="written by ann, so another person"):
            call_command(*publication, "ann", stdout=io.StringIO())
        call_command(*publication, "bob", stdout=io.StringIO())

        first, *_, last = Events.objects.tracks(rule).order_by("pgh_id")
        assert (first.pgh_context["user"], first.pgh_data["written_by_id"]) == (ann.id, ann.id)
        assert (last.pgh_context["user"], last.pgh_data["published_by_id"]) == (bob.id, bob.id)
        assert last.pgh_data["written_by_id"] == ann.id
