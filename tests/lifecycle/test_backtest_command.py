"""``manage.py backtest_rules`` and ``rollback_batch``: what they say, and how they refuse."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.ingest import ingest
from lifecycle.engine.replay import replay
from lifecycle.engine.rules import RuleText, write_draft
from lifecycle.models import Lifecycle, Rollback, Transition
from tests.factories import UserFactory

from .stage import NOW, code_of, days_ago, event, is_at_least, lifecycle_with, paid, read, send, tag

pytestmark = pytest.mark.django_db
FIRST, LAST = str(days_ago(20).date()), str(days_ago(1).date())
IDLE = {"key": "idle", "from": "NEW", "to": "OLD", "when": is_at_least("days_since_login", 5)}


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def lifecycle(db: None) -> Lifecycle:
    """Ann was there ten days ago, Bob yesterday."""
    lifecycle = lifecycle_with("NEW OLD", IDLE)
    ingest(batch=read(event("ann", "login", days_ago(10)), event("bob", "login", days_ago(1))), source="shop", now=NOW,
           is_history=True)  # fmt: skip
    replay(lifecycle=lifecycle, first=days_ago(20).date(), last=days_ago(1).date(), now=NOW)
    return lifecycle


def backtest(lifecycle: Lifecycle, *more: str) -> str:
    return run("backtest_rules", "--lifecycle", lifecycle.code, "--from", FIRST, "--to", LAST, *more)


def test_drafts_beside_the_rules_in_force(lifecycle: Lifecycle) -> None:
    text = RuleText(
        name="Idle", to_tag=tag(lifecycle, "OLD"), from_tags=(tag(lifecycle, "NEW"),),
        conditions=is_at_least("days_since_login", 15),
    )  # fmt: skip
    write_draft(lifecycle=lifecycle, key="idle", text=text)

    said = backtest(lifecycle)
    told = json.loads(backtest(lifecycle, "--format", "json"))

    assert "Tried: idle." in said
    assert "NEW → OLD" in said
    assert "1 customers end in another tag." in said
    assert "ann: OLD in force, NEW tried" in said
    assert (told["before"]["moves"], told["after"]["moves"], told["different"]) == ({"NEW>OLD": 1}, {}, 1)


def test_a_file_beside_the_rules_in_force(lifecycle: Lifecycle, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"rules": [{"key": "early", "name": "Early", "from": ["NEW"], "to": "OLD",
                                           "conditions": {"all": [is_at_least("days_since_login", 2)]}}]}))  # fmt: skip

    told = json.loads(backtest(lifecycle, "--rules", str(file), "--format", "json"))

    assert (told["tried"], list(told["after"]["moves_a_day"])) == (["early"], [str(days_ago(8).date())])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "has no drafts"), (["--rules", "nosuch.json"], "cannot be read"),
     (["--rules", "bad.json"], "no status tag NOWHERE"), (["--rules", "odd.json"], "none of the notations")],
)  # fmt: skip
def test_says_what_cannot_be_tried(
    lifecycle: Lifecycle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.json").write_text('[{"from": ["NEW"], "to": "NOWHERE", "conditions": [1], "name": "x"}]')
    Path("odd.json").write_text("7")

    with pytest.raises(CommandError, match=said):
        backtest(lifecycle, *arguments)


def test_days_have_to_be_over_and_in_order(lifecycle: Lifecycle, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text('{"rules": []}')
    tomorrow = str((NOW + timedelta(days=2)).date())
    for first, last, said in ((LAST, FIRST, "days, not"), (FIRST, tomorrow, "has not ended")):
        with pytest.raises(CommandError, match=said):
            run("backtest_rules", "--lifecycle", lifecycle.code, "--rules", str(file), "--from", first, "--to", last)


class TestPublish:
    def test_says_whom_it_changes_and_puts_in_force(self, lifecycle: Lifecycle) -> None:
        UserFactory(username="mia")
        text = RuleText(
            name="Idle", to_tag=tag(lifecycle, "OLD"), from_tags=(tag(lifecycle, "NEW"),), priority=1,
            conditions=is_at_least("days_since_login", 1),
        )  # fmt: skip
        draft = write_draft(lifecycle=lifecycle, key="idle", text=text)
        command = ("publish_rules", "--lifecycle", lifecycle.code, "--by", "mia")

        assert "1 in NEW would move to OLD; they stay by the rules in force" in run(*command, "idle", "--dry-run")
        draft.refresh_from_db()
        assert draft.state == "draft"
        assert "In force now." in run(*command)

        draft.refresh_from_db()
        assert (draft.state, draft.published_by) == ("published", User.objects.get(username="mia"))

    def test_runs_in_shadow_and_publishes_from_there(self, lifecycle: Lifecycle) -> None:
        UserFactory(username="mia")
        text = RuleText(
            name="Idle", to_tag=tag(lifecycle, "OLD"), from_tags=(tag(lifecycle, "NEW"),), priority=1,
            conditions=is_at_least("days_since_login", 1),
        )  # fmt: skip
        draft = write_draft(lifecycle=lifecycle, key="idle", text=text)
        command = ("publish_rules", "idle", "--lifecycle", lifecycle.code, "--by", "mia")

        assert "In shadow now." in run(*command, "--shadow")
        draft.refresh_from_db()
        assert draft.state == "shadow"
        with pytest.raises(CommandError, match="no draft of idle"):
            run(*command, "--shadow")
        assert "In force now." in run(*command)

        draft.refresh_from_db()
        assert draft.state == "published"

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [(["nosuch"], "no draft of nosuch"), ([], "has no drafts"), (["--lifecycle", "nosuch"], "no lifecycle"),
         (["--by", "nobody"], "no user")],
    )  # fmt: skip
    def test_refuses_what_is_not_there(self, lifecycle: Lifecycle, arguments: list[str], said: str) -> None:
        UserFactory(username="mia")
        with pytest.raises(CommandError, match=said):
            run("publish_rules", "--lifecycle", lifecycle.code, "--by", "mia", *arguments)


class TestRollback:
    @pytest.fixture
    def made(self, db: None) -> Any:
        lifecycle = lifecycle_with("NEW BUYER", {"from": "NEW", "to": "BUYER", "when": is_at_least("order_count", 1)})
        send(paid("ann", days_ago(1), 20))
        UserFactory(username="mia")
        return evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    def test_says_what_would_happen_does_it_and_undoes_it(self, made: Any) -> None:
        command = ("rollback_batch", "--by", "mia", "--reason", "Wrong")

        told = run(*command, "--evaluation", str(made.id), "--dry-run")
        assert "BUYER        back to NEW (ann)" in told
        assert not Rollback.objects.exists()
        done = run(*command, "--evaluation", str(made.id))
        assert "1 customers brought back, 0 left alone" in done
        assert code_of("ann", made.lifecycle) == "NEW"
        run(*command, "--undo", str(Rollback.objects.get().id))

        assert code_of("ann", made.lifecycle) == "BUYER"

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [(["--evaluation", "999999"], "no evaluation 999999"), (["--rule", "-1"], "no rule -1"),
         (["--transition", "0"], "no transition 0"),
         (["--evaluation", "1", "--by", "nobody"], "no user|no evaluation")],
    )  # fmt: skip
    def test_refuses_what_is_not_there(self, made: Any, arguments: list[str], said: str) -> None:
        with pytest.raises(CommandError, match=said):
            run("rollback_batch", "--by", "mia", "--reason", "x", *arguments)
        assert Transition.objects.count() == 1

    def test_a_reason_is_needed(self, made: Any) -> None:
        with pytest.raises(CommandError, match="A reason"):
            run("rollback_batch", "--by", "mia", "--reason", " ", "--evaluation", str(made.id))
