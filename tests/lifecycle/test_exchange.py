"""Rules in the notations of the specifications, and the way back to JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from lifecycle.engine.defaults import load_defaults
from lifecycle.engine.exchange import export_rules, import_rules
from lifecycle.models import Lifecycle, RuleState, TransitionRule

from .stage import NOW

pytestmark = pytest.mark.django_db

LISTS = """
auto_transition_to_active:
  conditions:
    - lesson_completion_last_7days >= 2
    - login_frequency_last_7days >= 3
    - community_engagement_last_7days >= 1
  from: [ST_004, ST_005]
  action: apply_tag_ST_001
auto_transition_to_progressing:
  conditions:
    - completed_modules >= 2
    - assessment_average_score >= 70
    - practical_projects_submitted >= 1
    - days_since_enrollment <= 42
  from: ST_001
  action: apply_tag_ST_002
auto_transition_to_mastery:
  conditions:
    - curriculum_completion_rate >= 90
    - final_assessment_score >= 85
    - real_world_project_approved == true
    - community_contribution_score >= 50
  from: ST_002
  action: apply_tag_ST_003
auto_transition_to_declining:
  conditions:
    - days_since_last_login >= 5
    - lesson_completion_rate_last_14days < 40
    - community_engagement_last_14days == 0
    - support_satisfaction_score < 3
  from: [ST_001, ST_002]
  action: apply_tag_ST_004
  alert: retention_team
auto_transition_to_reengagement:
  conditions:
    - current_tag == ST_004
    - customer_tier in ['Enterprise', 'Pro']
    - ltv_score >= 1000
  action: apply_tag_ST_005
  trigger: retention_campaign_workflow
auto_transition_to_churned:
  conditions:
    - current_tag in [ST_004, ST_005]
    - days_since_last_activity >= 30
    - reengagement_campaign_response == false
    - account_status != 'active'
  action: apply_tag_ST_006
  archive: move_to_winback_sequence
"""
TYPED = [
    {
        "from": ["ST_001"],
        "to": "ST_002",
        "conditions": [
            {"metric": "modules_completed", "operator": ">=", "value": 2},
            {"metric": "assessment_score_avg", "operator": ">=", "value": 70},
        ],
        "manual_override": True,
        "notification": {"team": "education", "priority": "low"},
    }
]
DICTIONARY = [
    {
        "from_tag_codes": ["ST_004"],
        "to_tag_code": "ST_005",
        "rule_name": "Re-engagement by the guide",
        "conditions": {
            "customer_tier": {"operator": "in", "value": ["Pro", "Enterprise"]},
            "ltv_value": {"operator": ">=", "value": 1000},
        },
        "priority": 20,
        "requires_manual_approval": True,
    }
]

MODULES = {"metric": "modules_completed", "operator": ">", "value": 1}


@pytest.fixture
def learning() -> Lifecycle:
    load_defaults(now=NOW, only="learning")
    return Lifecycle.objects.get(code="learning")


def draft(key: str) -> TransitionRule:
    return TransitionRule.objects.get(key=key, state=RuleState.DRAFT)


def run(file: Path, *options: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_rules", str(file), *options, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_lists_of_the_specification(learning: Lifecycle, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(LISTS)

    code, said, notes = run(file)

    assert (code, said) == (0, "Learning: 6 written as drafts, 0 were there already, 0 refused.\n")
    assert "Left out: auto-transition-to-reengagement: trigger: retention_campaign_workflow" in notes
    declining = draft("auto-transition-to-declining")
    assert declining.notification == {"team": "retention", "priority": "high"}
    assert [one["metric"] for one in declining.conditions["all"]] == [
        "days_since_login", "lesson_completion_rate_last_14d", "community_engagement_last_14d",
        "support_satisfaction_score",
    ]  # fmt: skip
    engaged = draft("auto-transition-to-reengagement")
    assert [tag.code for tag in engaged.from_tags.all()] == ["ST_004"]
    assert engaged.conditions["all"][0]["value"] == ["Enterprise", "Pro"]
    churned = draft("auto-transition-to-churned").conditions["all"]
    assert (churned[1]["value"], churned[2]["value"]) == (False, "active")


def test_the_typed_list_and_the_dictionary(learning: Lifecycle) -> None:
    typed = import_rules(lifecycle=learning, document=TYPED, now=NOW)
    dictionary = import_rules(lifecycle=learning, document=DICTIONARY, now=NOW)

    assert (typed.written, typed.left_out) == (["st-001-to-st-002"], ["st-001-to-st-002: manual_override: True"])
    assert draft("st-001-to-st-002").notification == {"team": "education", "priority": "low"}
    assert dictionary.written == ["re-engagement-by-the-guide"]
    guide = draft("re-engagement-by-the-guide")
    assert (guide.priority, guide.is_automatic) == (20, False)
    assert guide.conditions["all"][1] == {"metric": "total_spend", "operator": ">=", "value": 1000}


@pytest.mark.parametrize("code", ["learning", "commerce"])
def test_a_round_trip_changes_nothing(code: str) -> None:
    load_defaults(now=NOW)
    lifecycle = Lifecycle.objects.get(code=code)
    before = list(TransitionRule.objects.order_by("id").values())
    exported = json.loads(json.dumps(export_rules(lifecycle)))

    done = import_rules(lifecycle=lifecycle, document=exported, now=NOW, puts_in_force=True)

    assert (done.written, done.refused) == ([], [])
    assert len(done.unchanged) == len(exported["rules"]) > 4
    assert list(TransitionRule.objects.order_by("id").values()) == before
    assert export_rules(lifecycle) == exported


def test_a_changed_rule_becomes_a_draft_or_is_published(learning: Lifecycle) -> None:
    exported = export_rules(learning)
    rule = next(one for one in exported["rules"] if one["key"] == "enrolled")
    rule["priority"] = 11

    import_rules(lifecycle=learning, document=exported, now=NOW)
    assert draft("enrolled").priority == 11
    again = import_rules(lifecycle=learning, document=exported, now=NOW)
    assert again.written == []
    rule["priority"] = 12
    import_rules(lifecycle=learning, document=exported, now=NOW, puts_in_force=True)

    assert TransitionRule.objects.get(key="enrolled", state=RuleState.PUBLISHED).priority == 12


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"to": "ST_002", "conditions": []}, "conditions must be a list with something in it"),
        ({"to": "ST_009", "from": "ST_001", "conditions": [MODULES]}, "no status tag ST_009"),
        ({"to": "ST_002", "conditions": [MODULES]}, "from which tag"),
        ({"to": "ST_002", "from": "ST_001", "conditions": [{**MODULES, "metric": "module"}]}, "module"),
        ({"to": "ST_002", "from": 7, "conditions": [1]}, "from must list codes"),
        ({"from": "ST_001", "conditions": [1]}, "to is missing"),
        ({"to_tag_code": "ST_002", "rule_name": "x", "conditions": {"modules_completed": 2}}, "operator and value"),
        ({"to_tag_code": "ST_002", "rule_name": "x", "conditions": [1]}, "must map metrics"),
        ({"to_tag_code": "ST_002", "rule_name": "!", "from_tag_codes": ["ST_001"],
          "conditions": {"modules_completed": {"operator": ">", "value": 2}}}, "needs a name"),
        ({"to_tag_code": "ST_002", "rule_name": "x", "from_tag_codes": ["ST_001"], "priority": "high",
          "conditions": {"modules_completed": {"operator": ">", "value": 2}}}, "priority must be a number"),
        ("text", "a rule is an object"),
    ],
)  # fmt: skip
def test_a_bad_rule_is_refused_with_a_sentence_and_the_others_are_written(
    learning: Lifecycle, entry: Any, said: str
) -> None:
    done = import_rules(lifecycle=learning, document=[entry, *TYPED], now=NOW)

    assert said in done.refused[0]
    assert done.written == ["st-001-to-st-002"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("days_since_login", "not a condition"),
        ("days_since_login >= 5 or so", "is no number"),
        ("customer_tier in ['Pro'", "has no end"),
        ("current_tag != ST_001", "== or in"),
        ("days_since_logon >= 5", "days_since_login"),
    ],
)
def test_a_bad_line_is_named(learning: Lifecycle, line: str, said: str) -> None:
    rule = {"conditions": [line], "action": "apply_tag_ST_002", "from": "ST_001"}

    (refused,) = import_rules(lifecycle=learning, document={"one": rule}, now=NOW).refused

    assert said in refused


@pytest.mark.parametrize(
    ("suffix", "text", "said"),
    [
        ("json", "", "is not valid JSON"), ("yaml", "", "none of the notations"),
        ("json", "7", "none of the notations"), ("yaml", "7", "none of the notations"),
        ("json", "{]", "is not valid JSON"), ("yaml", "{]", "is not valid YAML"),
        ("yaml", "a: &a [*a]", "none of the notations"),
        ("json", "[" * 5000, "nested too deeply"), ("yaml", "[" * 5000, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_changes_nothing(
    learning: Lifecycle, tmp_path: Path, suffix: str, text: str, said: str
) -> None:
    file = tmp_path / f"rules.{suffix}"
    file.write_text(text)
    before = TransitionRule.objects.count()

    code, _, sentence = run(file)

    assert code == 2
    assert said in sentence
    assert TransitionRule.objects.count() == before


def test_a_draft_that_was_looked_at_is_published_by_the_same_file(learning: Lifecycle) -> None:
    import_rules(lifecycle=learning, document=DICTIONARY, now=NOW)

    done = import_rules(lifecycle=learning, document=DICTIONARY, now=NOW, puts_in_force=True)

    assert done.written == ["re-engagement-by-the-guide"]
    assert TransitionRule.objects.get(key="re-engagement-by-the-guide").state == RuleState.PUBLISHED
    again = import_rules(lifecycle=learning, document=DICTIONARY, now=NOW, puts_in_force=True)
    assert again.unchanged == ["re-engagement-by-the-guide"]


@pytest.mark.parametrize(
    "wrong",
    [{"name": 5}, {"name": None}, {"priority": None}, {"priority": 10**10}, {"is_automatic": None},
     {"description": None}, {"notification": 7}, {"cooldown_days": "x"}, {"cooldown_days": 10**9}],
)  # fmt: skip
def test_a_bad_value_is_refused_and_the_others_are_written(learning: Lifecycle, wrong: Any) -> None:
    done = import_rules(lifecycle=learning, document=[{**TYPED[0], "name": "Odd", **wrong}, *TYPED], now=NOW)

    assert (len(done.refused), done.written) == (1, ["st-001-to-st-002"])


def test_a_file_goes_to_the_lifecycle_that_it_names(learning: Lifecycle, tmp_path: Path) -> None:
    load_defaults(now=NOW, only="commerce")
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(export_rules(Lifecycle.objects.get(code="commerce"))))

    code, said, _ = run(file)

    assert (code, said.partition(",")[0]) == (0, "Commerce: 0 written as drafts")


def test_where_rules_start_can_be_told(learning: Lifecycle, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("one:\n  conditions: [modules_completed > 3]\n  action: apply_tag_ST_002\n")
    assert run(file)[0] == 2
    assert run(tmp_path / "nosuch.yaml")[0] == 2
    assert run(file, "--from", "ST_009")[0] == run(file, "--lifecycle", "nosuch")[0] == 2

    assert run(file, "--from", "ST_001", "--dry-run")[1].startswith("Learning: 1 would be written")
    assert not TransitionRule.objects.filter(key="one").exists()
    assert run(file, "--from", "ST_001", "--publish")[0] == 0

    assert TransitionRule.objects.get(key="one").state == RuleState.PUBLISHED
