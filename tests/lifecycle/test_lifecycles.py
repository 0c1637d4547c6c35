"""Lifecycles that people make: set up for everybody, and with the moves that people may make by hand."""

from __future__ import annotations

import pytest

from lifecycle import tasks
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.lifecycles import set_moves_by_hand, set_up
from lifecycle.engine.review import approve
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.engine.transitions import TransitionNotAllowed, override_tag
from lifecycle.models import Customer, CustomerStatus, DirtyMark, Lifecycle, ManualMove, Recommendation, StatusTag
from lifecycle.queries import targets_by_hand
from tests.factories import CustomerFactory, LifecycleFactory, ManualMoveFactory, StatusTagFactory, UserFactory

from .stage import NOW, code_of, event, is_at_least, lifecycle_with, send, tag

pytestmark = pytest.mark.django_db


class TestSettingUp:
    @pytest.fixture
    def fresh(self) -> Lifecycle:
        CustomerFactory.create_batch(2)
        lifecycle: Lifecycle = LifecycleFactory(is_set_up=False)
        StatusTagFactory(lifecycle=lifecycle, code="NEW", is_initial=True)
        return lifecycle

    def test_gives_everybody_the_first_tag_and_a_look(self, fresh: Lifecycle) -> None:
        set_up(lifecycle=fresh)

        fresh.refresh_from_db()
        assert fresh.is_set_up
        assert list(CustomerStatus.objects.values_list("tag__code", flat=True)) == ["NEW", "NEW"]
        assert DirtyMark.objects.filter(lifecycle=fresh).count() == 2

    def test_done_twice_is_done_once(self, fresh: Lifecycle) -> None:
        tasks.set_up_lifecycle(fresh.id)
        DirtyMark.objects.all().delete()

        tasks.set_up_lifecycle(fresh.id)

        assert CustomerStatus.objects.filter(lifecycle=fresh).count() == 2
        assert DirtyMark.objects.count() == 0

    def test_the_routine_run_does_what_no_worker_was_woken_for(self, fresh: Lifecycle) -> None:
        idle = LifecycleFactory(is_set_up=False, is_active=False)

        tasks.evaluate_what_changed()

        assert CustomerStatus.objects.filter(lifecycle=fresh).count() == 2
        assert not CustomerStatus.objects.filter(lifecycle=idle).exists()


class TestMovesByHand:
    @pytest.fixture
    def lifecycle(self) -> Lifecycle:
        """From NEW people may move to OLD only, from no tag to NEW; a rule leads to GONE, when somebody approves."""
        made = lifecycle_with(
            "NEW OLD GONE",
            {"from": "NEW", "to": "GONE", "when": is_at_least("login_count", 1), "is_automatic": False},
        )
        send(event("ann", "login"))
        moves = {(tag(made, "NEW").id, tag(made, "OLD").id), (None, tag(made, "NEW").id)}
        set_moves_by_hand(lifecycle=made, any_move=False, moves=moves)
        made.refresh_from_db()
        return made

    def move(self, lifecycle: Lifecycle, to: str, seen: str = "NEW") -> None:
        override_tag(
            customer=Customer.objects.get(), to_tag=tag(lifecycle, to), seen_tag=tag(lifecycle, seen), reason="asked",
            by=UserFactory(is_superuser=True), now=NOW,
        )  # fmt: skip

    def test_a_listed_move_is_made(self, lifecycle: Lifecycle) -> None:
        self.move(lifecycle, "OLD")

        assert code_of("ann", lifecycle) == "OLD"

    def test_another_is_refused_with_what_is_possible_superusers_included(self, lifecycle: Lifecycle) -> None:
        with pytest.raises(TransitionNotAllowed, match=r"From NEW people may not .* GONE .* allowed: OLD\."):
            self.move(lifecycle, "GONE")

        assert code_of("ann", lifecycle) == "NEW"

    def test_where_nothing_is_listed_it_says_so(self, lifecycle: Lifecycle) -> None:
        self.move(lifecycle, "OLD")

        with pytest.raises(TransitionNotAllowed, match=r"allowed: nothing\."):
            self.move(lifecycle, "NEW", seen="OLD")

    def test_an_approved_recommendation_and_a_rollback_are_not_asked(self, lifecycle: Lifecycle) -> None:
        evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

        made = approve(recommendation=Recommendation.objects.get(), by=UserFactory(), now=NOW)
        assert code_of("ann", lifecycle) == "GONE"
        assert made is not None
        roll_back(batch=Batch(transition=made), by=UserFactory(), reason="wrong", now=NOW)
        assert code_of("ann", lifecycle) == "NEW"

    @pytest.mark.parametrize(
        ("start", "found"), [(None, ["NEW"]), ("NEW", ["OLD"]), ("OLD", []), ("GONE", [])]
    )  # fmt: skip
    def test_the_tags_offered_are_those_listed(self, lifecycle: Lifecycle, start: str | None, found: list[str]) -> None:
        ManualMoveFactory(to_tag=StatusTagFactory(code="FOREIGN"))

        targets = targets_by_hand(lifecycle, tag(lifecycle, start) if start else None)

        assert [one.code for one in targets] == found

    def test_without_a_list_every_tag_but_the_own_is_offered(self, lifecycle: Lifecycle) -> None:
        lifecycle.any_move_by_hand = True

        assert [one.code for one in targets_by_hand(lifecycle, tag(lifecycle, "OLD"))] == ["NEW", "GONE"]

    def test_a_new_list_takes_the_place_of_the_old_one(self, lifecycle: Lifecycle) -> None:
        new, old = tag(lifecycle, "NEW"), tag(lifecycle, "OLD")
        kept = ManualMove.objects.get(from_tag=new)

        set_moves_by_hand(lifecycle=lifecycle, any_move=False, moves={(new.id, old.id), (old.id, new.id)})

        listed = {(move.from_tag, move.to_tag) for move in ManualMove.objects.all()}
        assert listed == {(new, old), (old, new)}
        assert ManualMove.objects.filter(id=kept.id).exists()


@pytest.mark.parametrize(("colour", "look"), [("", "risk"), ("pink", "pink")])
def test_a_tag_has_its_own_colour_or_that_of_its_category(colour: str, look: str) -> None:
    assert StatusTag(category="risk", colour=colour).look == look
