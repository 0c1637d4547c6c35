"""What stands above the form of a lifecycle: whether it runs, and what is to be done next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from lifecycle.models import Lifecycle, RuleState

INACTIVE = (
    "Inactive: its rules move nobody, it is not shown with customers, and nobody is asked about new moves. Customers "
    "keep their tags and their history. Once it is active again everybody is looked at, with all that happened "
    "meanwhile."
)
SETTING_UP = (
    "Everybody gets a place in it now, in the background; with a million customers that takes a minute. "
    "Rules can be written meanwhile."
)
NO_FIRST_TAG = (
    "No tag is the first one: customers have no tag until a rule for customers without a tag gives them one. If you "
    "choose a first tag now, new customers start there; manage.py initialize_customer_status puts the others there."
)


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    links: tuple[Link, ...] = ()
    is_warning: bool = False


def notes_on(lifecycle: Lifecycle) -> Iterator[Note]:
    if not lifecycle.is_active:
        yield Note(INACTIVE, is_warning=True)
    elif not lifecycle.is_set_up:
        yield Note(SETTING_UP)
    if not lifecycle.tags.filter(is_initial=True).exists():
        yield Note(NO_FIRST_TAG, is_warning=True)
    rules = lifecycle.rules.aggregate(
        in_force=Count("id", Q(state=RuleState.PUBLISHED)), drafts=Count("id", Q(state=RuleState.DRAFT))
    )
    if rules["in_force"]:
        return
    write = Link("Write a rule", f"{reverse('admin:lifecycle_transitionrule_add')}?lifecycle={lifecycle.id}")
    if not rules["drafts"]:
        yield Note(
            "Next: write the rules that move customers. Until one is published, only people move them.", (write,)
        )
        return
    drafts = urlencode({"lifecycle__id__exact": lifecycle.id, "state": RuleState.DRAFT})
    publish = Link("See the drafts", f"{reverse('admin:lifecycle_transitionrule_changelist')}?{drafts}")
    yield Note("Next: publish its rules. Until one is published, only people move customers.", (publish, write))
