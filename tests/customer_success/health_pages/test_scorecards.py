"""Scorecards are written, tried, published and retired on pages."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from customer_success.engine.scoring import score_everybody
from customer_success.models import ScorecardVersion
from tests.customer_success.cards import one_measure
from tests.customer_success.cast import signed_in
from tests.factories import ScorecardFactory, UserFactory

from .conftest import RED, page

pytestmark = pytest.mark.django_db


def written(definition, conditions="", **more):
    return {"definition": json.dumps(definition), "conditions": conditions, **more}


def test_a_new_scorecard_is_written_tried_and_published(boss, version, customer):
    scorecard = ScorecardFactory(name="Goals")
    add = page("scorecardversion_add") + f"?scorecard={scorecard.id}"
    assert boss.get(add).status_code == 200
    definition = one_measure(scale={"steps": [{"at_least": None, "points": 10}, {"at_least": 20, "points": 90}]})

    tried = boss.post(add, written(definition, customer=customer.external_id, **{"try": "yes"})).content.decode()
    assert "1 customer." in tried
    assert "Ann &amp; Co" in tried
    assert ">90<" in tried.replace("<strong", "<x").replace("\n", "")
    assert not scorecard.versions.exists()
    boss.post(add, written(definition, '{"all": []}'))
    draft = scorecard.versions.get()
    assert (draft.state, draft.applies_to, draft.written_by.username) == ("draft", None, "berta")
    opened = boss.get(page("scorecardversion_change", draft.id)).content.decode()
    assert page("scorecardversion_publish", draft.id) in opened
    boss.post(page("scorecardversion_publish", draft.id))

    draft.refresh_from_db()
    assert (draft.state, draft.published_by.username) == ("published", "berta")
    assert "From 20: 90".lower() in boss.get(page("scorecardversion_change", draft.id)).content.decode().lower()


def test_a_published_version_is_never_changed_but_followed_by_another(boss, version):
    before = version.definition
    boss.post(page("scorecardversion_change", version.id), written({**one_measure(), "alerts": []}))
    version.refresh_from_db()
    assert version.definition == before

    follows = boss.get(page("scorecardversion_new_version", version.id), follow=True)
    assert "goal_attainment" in follows.content.decode()
    boss.post(follows.redirect_chain[-1][0], written(one_measure()))
    assert [one.state for one in ScorecardVersion.objects.order_by("number")] == ["published", "draft"]


@pytest.mark.parametrize(
    ("definition", "conditions", "said"),
    [
        ("", "", "required"), ("{", "", "not valid JSON"), ("[" * 100_000, "", "not valid JSON"), ("[]", "", "object"),
        ('{"a": NaN}', "", "NaN"), ("{}", "", "is missing"), ("\x00", "", "Null characters"),
        (json.dumps(one_measure("nonsense")), "", "there is no input"),
        (json.dumps({**one_measure(), "bands": {"GOOD": 60}}), "", "scores below 60"),
        (json.dumps({**one_measure(), "bands": {"GOOD": 60, "POOR": 60, "FAIR": 0}}), "", "overlap"),
        (json.dumps(one_measure()).replace('"weight": 100, "measures"', '"weight": 90, "measures"'), "", "90%"),
        (json.dumps(one_measure()), '{"metric": "nope"}', "metric"), (json.dumps(one_measure()), "x", "JSON"),
    ],
)  # fmt: skip
def test_refuses_a_text_with_a_sentence_and_saves_nothing(boss, version, definition, conditions, said):
    add = page("scorecardversion_add") + f"?scorecard={version.scorecard_id}"

    answer = boss.post(add, {"definition": definition, "conditions": conditions})

    assert answer.status_code == 200
    assert said.lower() in str(answer.context["form"].errors).lower()
    assert ScorecardVersion.objects.count() == 1


def test_who_looks_after_customers_looks_at_scorecards_and_changes_none(manager, boss, version):
    boss.post(page("scorecardversion_add") + f"?scorecard={version.scorecard_id}", written(one_measure()))
    draft = ScorecardVersion.objects.get(state="draft")

    looked = manager.get(page("scorecardversion_change", draft.id)).content.decode()

    assert "Goal attainment" in looked
    assert "Save the draft" not in looked
    for step in ("publish", "delete_draft"):
        manager.post(page(f"scorecardversion_{step}", draft.id))
    manager.post(page("scorecardversion_change", draft.id), written({**one_measure(), "alerts": [RED]}))
    draft.refresh_from_db()
    assert (draft.state, draft.definition["alerts"]) == ("draft", [])
    assert manager.get(page("scorecardversion_add") + f"?scorecard={version.scorecard_id}").status_code == 403


def test_who_does_not_see_everybody_is_not_told_how_many_a_scorecard_scores(version, customer):
    writer = UserFactory(username="wanda", is_staff=True)
    codes = ("view_scorecardversion", "add_scorecardversion", "change_scorecardversion")
    writer.user_permissions.set(Permission.objects.filter(codename__in=codes))

    retired = signed_in(writer).get(page("scorecardversion_retire", version.id))
    spread = signed_in(writer).post(page("scorecardversion_distribution"), {"metric": "mrr"})

    assert "Of the customers that you see it scores 0." in retired.content.decode()
    assert spread.status_code == 403


def test_a_retired_scorecard_scores_nobody_any_more(boss, version, customer):
    asked = boss.get(page("scorecardversion_retire", version.id))
    assert "Of the customers that you see it scores 1." in asked.content.decode()

    boss.post(page("scorecardversion_retire", version.id))
    score_everybody(now=timezone.now())

    assert boss.get(page("customerhealth_changelist")).context["cl"].result_count == 0
    version.refresh_from_db()
    assert version.state == "retired"
