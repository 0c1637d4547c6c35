"""Lifecycles made and changed in the admin: tags, moves by hand, the graph."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.urls import reverse

from lifecycle.admin.tag_formset import MOST_TAGS
from lifecycle.models import CustomerStatus, Lifecycle, ManualMove, StatusTag, TagColour
from tests.factories import LifecycleFactory, StatusTagFactory, TransitionRuleFactory

pytestmark = pytest.mark.django_db

ADD = "admin:lifecycle_lifecycle_add"
CHANGE = "admin:lifecycle_lifecycle_change"
MOVES = "admin:lifecycle_lifecycle_moves_by_hand"
GRAPH = "admin:lifecycle_lifecycle_graph"


@pytest.fixture(scope="module")
def stock():
    """Empty: some tests begin without a lifecycle."""


def written(*tags, lifecycle=None, **values):
    """What the form posts, a dictionary for each tag."""
    rows = [{"code": "", "name": "A tag", "category": "active", "colour": "", "position": "", **tag} for tag in tags]
    known = sum("id" in row for row in rows)
    counts = {"TOTAL_FORMS": len(rows), "INITIAL_FORMS": known, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 100}
    data = {
        "name": "Onboarding", "code": "onboarding", "description": "", "is_active": "on",
        **{f"tags-{name}": value for name, value in counts.items()},
        "policy-TOTAL_FORMS": 0, "policy-INITIAL_FORMS": 0, **values,
    }  # fmt: skip
    for number, row in enumerate(rows):
        data.update({f"tags-{number}-{name}": value for name, value in row.items()})
    return {name: value for name, value in data.items() if value is not None}


def row_of(tag, **changes):
    same = {"id": tag.id, "lifecycle": tag.lifecycle_id, "name": tag.name, "category": tag.category}
    return {**same, "position": tag.position, **({"is_initial": "on"} if tag.is_initial else {}), **changes}


def errors_in(answer):
    (formset, *_) = answer.context["inline_admin_formsets"]
    return formset.formset


class TestTags:
    def test_a_new_lifecycle_has_its_tags_in_order_and_everybody_in_the_first(
        self, client, shop, django_capture_on_commit_callbacks
    ):
        shop.customer()
        tags = (
            {"code": "LATER", "position": "5"},
            {"code": "NEW", "is_initial": "on", "position": "1"},
            {"code": "END"},
        )

        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse(ADD), written(*tags), follow=True)

        made = Lifecycle.objects.get(code="onboarding")
        assert answer.redirect_chain == [(reverse(CHANGE, args=[made.id]), 302)]
        assert [tag.code for tag in made.tags.all()] == ["NEW", "LATER", "END"]
        assert made.is_set_up
        assert CustomerStatus.objects.get(lifecycle=made).tag.code == "NEW"

    def test_what_was_made_is_at_home_everywhere(self, client, shop, django_capture_on_commit_callbacks):
        customer = shop.customer()
        tags = ({"code": "GUEST", "name": "Guest", "is_initial": "on"}, {"code": "MEMBER", "name": "Member"})
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse(ADD), written(*tags, code="loyalty-2"))
        made = Lifecycle.objects.get(code="loyalty-2")
        guest, member = made.tags.all()
        draft = TransitionRuleFactory(lifecycle=made, from_tags=[guest], to_tag=member)

        assert f"?lifecycle={made.id}" in client.get(reverse("admin:lifecycle_transitionrule_add")).text
        assert "Onboarding" in client.get(reverse("admin:lifecycle_backtestrun_add")).text
        client.post(reverse("admin:lifecycle_transitionrule_publish", args=[draft.id]), {"confirm": "yes"})
        call_command("lint_rules", lifecycle="loyalty-2")
        call_command("evaluate", "loyalty-2")

        assert "Member" in client.get(reverse("admin:lifecycle_customer_change", args=[customer.id])).text
        assert str(customer) in client.get(f"{reverse('admin:lifecycle_customer_changelist')}?in_loyalty-2=MEMBER").text
        told = client.get(f"/api/customers/{customer.id}/status-tags?lifecycle=loyalty-2").json()
        assert (told["current_tag"], told["history"][0]["previous_tag"]) == ("MEMBER", "GUEST")

    def test_says_what_to_do_next_until_a_rule_is_in_force(self, client, shop):
        made = LifecycleFactory(name="Onboarding", is_set_up=False)
        page = reverse(CHANGE, args=[made.id])

        assert "in the background" in client.get(page).text
        assert f"{reverse('admin:lifecycle_transitionrule_add')}?lifecycle={made.id}" in client.get(page).text
        TransitionRuleFactory(lifecycle=made)
        assert "Next: publish its rules" in client.get(page).text
        assert "Next:" not in client.get(reverse(CHANGE, args=[shop.lifecycle.id])).text

    @pytest.mark.parametrize(
        ("tags", "field", "said"),
        [
            (({"code": "A", "is_initial": "on", "name": "Ann"}, {"code": "B", "is_initial": "on"}), "is_initial",
             "New customers start in one tag only, and Ann is chosen."),
            (({"code": "A"}, {"code": "A"}), "code", "There is a tag “A” in this lifecycle already."),
            (({"code": "A"}, {"code": "B", "colour": "beige"}), "colour", "Select a valid choice. beige"),
            (({"code": "A"}, {"code": "B", "category": "lost"}), "category", "Select a valid choice. lost"),
            (({"code": "A"}, {"code": "B b"}), "code", "Use letters, digits and underscores"),
            (({"code": "A"}, {"code": "B", "position": "-1"}), "position", "greater than or equal to 0"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_at_the_field(self, client, tags, field, said):
        answer = client.post(reverse(ADD), written(*tags))

        first, second = errors_in(answer).errors
        assert not first
        assert list(second) == [field]
        assert said in second[field][0]
        assert not Lifecycle.objects.exists()

    @pytest.mark.parametrize(
        ("tags", "said"),
        [((), "needs at least one tag"),
         (tuple({"code": f"T{number}"} for number in range(MOST_TAGS + 1)), "may have 100 tags; these are 101")],
        ids=["none", "too many"],
    )  # fmt: skip
    def test_a_lifecycle_has_one_to_a_hundred(self, client, tags, said):
        answer = client.post(reverse(ADD), written(*tags))

        assert said in errors_in(answer).non_form_errors()[0]
        assert not Lifecycle.objects.exists()

    def test_rows_that_nobody_has_written_in_are_left_out(self, client):
        (formset, *_) = client.get(reverse(ADD)).context["inline_admin_formsets"]
        untouched = {
            name: formset.formset.forms[1][name].value() or "" for name in ("code", "name", "category", "colour")
        }

        client.post(reverse(ADD), written({"code": "A"}, untouched))

        assert untouched["category"] == formset.formset.forms[1].fields["category"].choices[0][0] == ""
        assert [tag.code for tag in Lifecycle.objects.get().tags.all()] == ["A"]

    def test_another_becomes_the_first_and_codes_stay(self, client):
        later = StatusTagFactory(code="LATER", position=2)
        first = StatusTagFactory(lifecycle=later.lifecycle, code="NEW", position=3, is_initial=True)
        rows = (row_of(later, is_initial="on", code="OTHER"), row_of(first, is_initial=None, position=1, colour="teal"))

        answer = client.post(reverse(CHANGE, args=[later.lifecycle_id]), written(*rows, code=None))

        assert answer.status_code == 302
        assert list(StatusTag.objects.values_list("code", "is_initial", "colour")) == [
            ("NEW", False, "teal"), ("LATER", True, "")
        ]  # fmt: skip

    def test_every_colour_is_in_the_stylesheet(self):
        css = Path(finders.find("lifecycle/admin.css")).read_text()

        assert all(f".tn-{colour}" in css and f'[value="{colour}"]' in css for colour in TagColour.values)

    def test_the_colour_is_shown_where_the_tag_is(self, client, shop):
        customer = shop.customer("VIP")
        StatusTag.objects.filter(code="VIP").update(colour="pink")

        for page in (
            reverse("admin:lifecycle_customer_change", args=[customer.id]),
            reverse("admin:lifecycle_customer_changelist"),
            reverse("admin:lifecycle_lifecycle_changelist"),
            reverse("admin:lifecycle_transitionrule_changelist"),
        ):
            assert "tn-tag tn-pink" in client.get(page).text, page
        assert "tn-fill tn-pink" in client.get(reverse("admin:index")).text


def test_making_one_inactive_says_what_happens_and_active_again_looks_at_everybody(
    client, shop, django_capture_on_commit_callbacks
):
    shop.customer()
    made = shop.lifecycle
    rows = [row_of(tag) for tag in made.tags.all()]
    page = reverse(CHANGE, args=[made.id])

    answer = client.post(page, written(*rows, code=None, is_active=None), follow=True)
    assert "its rules move nobody" in answer.text
    assert "its rules move nobody" in client.get(page).text
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page, written(*rows, code=None))

    made.refresh_from_db()
    assert (made.is_active, made.is_set_up) == (True, True)
    assert "its rules move nobody" not in client.get(page).text


class TestMovesByHand:
    def page(self, shop):
        return reverse(MOVES, args=[shop.lifecycle.id])

    def test_offers_a_box_for_each_move_between_two_tags_and_from_none(self, client, shop):
        answer = client.get(self.page(shop))

        assert answer.text.count('name="moves"') == 8 * 7 + 8
        assert "From Lead to" in re.sub(r"<[^>]+>", "", answer.text)

    def test_keeps_what_is_ticked_and_the_move_page_offers_only_that(self, client, shop):
        customer, vip = shop.customer(), shop.tag("VIP")
        ticked = [f"{shop.tag('CUSTOMER').id}:{vip.id}", f":{vip.id}"]

        answer = client.post(self.page(shop), {"which": "listed", "moves": ticked}, follow=True)

        assert "people may make 2 moves by hand" in answer.text
        assert set(re.findall(r'name="moves" value="([\d:]+)" checked', client.get(self.page(shop)).text)) == set(
            ticked
        )
        form = client.get(reverse("admin:lifecycle_customer_move", args=[customer.id])).context["form"]
        assert list(form.fields["to_tag"].queryset) == [vip]

    @pytest.mark.parametrize("moves", ["{own}:{own}", "999999:{own}", "x", "{own}:{foreign}"])
    def test_refuses_moves_that_are_none(self, client, shop, moves):
        text = moves.format(own=shop.tag("VIP").id, foreign=StatusTagFactory().id)

        answer = client.post(self.page(shop), {"which": "listed", "moves": [text]})

        assert answer.context["form"].errors["moves"]
        assert not ManualMove.objects.exists()

    def test_is_for_those_who_may_change_the_lifecycle(self, shop, viewer, sign_in):
        answers = [sign_in(viewer).get(self.page(shop)), sign_in(viewer).post(self.page(shop), {"which": "listed"})]

        assert [answer.status_code for answer in answers] == [403, 403]
        assert Lifecycle.objects.get().any_move_by_hand


class TestGraph:
    def test_shows_tags_with_their_customers_and_rules_with_their_kind(self, client, shop):
        shop.customer("VIP")
        draft = TransitionRuleFactory(
            lifecycle=shop.lifecycle, name="By phone", to_tag=shop.tag("VIP"), from_untagged=True, is_automatic=False
        )

        answer = client.get(reverse(GRAPH, args=[shop.lifecycle.id]))

        graph = answer.context["graph"]
        assert {(box.name, box.customers) for box in graph.tags} >= {("VIP", 1), ("Lead", 0), ("No tag yet", 0)}
        ways = {way.rule: way for way in graph.rules}
        assert set(ways) == set(shop.lifecycle.rules.all())
        assert [way.rule for way in graph.rules if not way.is_in_force] == [draft]
        assert all(len(way.paths) == len(way.starts) + 1 for way in graph.rules)
        assert reverse("admin:lifecycle_transitionrule_change", args=[draft.id]) in answer.text
        assert answer.text.count("tn-way tn-asks tn-draft") == 1

    def test_asks_for_the_lifecycle_where_there_are_several(self, client, shop):
        page = reverse("admin:lifecycle_lifecycle_graphs")

        assert client.get(page).status_code == 302
        other = LifecycleFactory(name="Onboarding")
        assert f"?lifecycle={other.id}" in client.get(page).text
        assert client.get(page, {"lifecycle": other.id}).context["original"] == other
        assert client.get(page, {"lifecycle": "9" * 30}).status_code == 404

    def test_is_read_in_a_fixed_number_of_statements(self, client, shop, django_assert_max_num_queries):
        with django_assert_max_num_queries(14):
            client.get(reverse(GRAPH, args=[shop.lifecycle.id]))

    def test_shows_customers_and_rules_only_to_those_who_may_see_them(self, shop, stranger, viewer, sign_in):
        page = reverse(GRAPH, args=[shop.lifecycle.id])

        assert sign_in(stranger).get(page).status_code == 403
        assert sign_in(viewer).get(page).status_code == 200
        viewer.user_permissions.remove(*viewer.user_permissions.filter(codename="view_customer"))
        graph = sign_in(viewer).get(page).context["graph"]
        assert {(box.customers, box.url) for box in graph.tags} == {(None, "")}

    def test_of_a_lifecycle_without_rules_says_how_to_write_one(self, client):
        tag = StatusTagFactory()

        assert "Write the first rule" in client.get(reverse(GRAPH, args=[tag.lifecycle_id])).text
