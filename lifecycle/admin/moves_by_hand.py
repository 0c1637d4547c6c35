"""The page on which it is said which moves people may make by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminRadioSelectWidget

from lifecycle import queries
from lifecycle.engine.lifecycles import set_moves_by_hand
from lifecycle.models import Lifecycle, StatusTag

from .pages import framed

ANY, LISTED = "any", "listed"


class MovesForm(forms.Form):
    """``moves`` are pairs of tag ids as texts, ``12:13``; without a tag before, ``:13``."""

    which = forms.ChoiceField(
        label="People may make", widget=UnfoldAdminRadioSelectWidget(),
        choices=((ANY, "every move"), (LISTED, "only the moves ticked below")),
        help_text="By hand in the admin and through the API, superusers as well; whoever may change the lifecycle "
        "changes this page instead. Rules, approved recommendations and moves taken back do not depend on it.",
    )  # fmt: skip
    moves = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, lifecycle: Lifecycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tags = list(lifecycle.tags.all())
        self.starts: list[StatusTag | None] = [None, *tags]
        self.tags = tags
        moves = [(start, end) for start in self.starts for end in tags if start != end]
        self.fields["moves"].choices = [(_text(start, end), str(end)) for start, end in moves]  # type: ignore[attr-defined]  # a field of choices

    @property
    def pairs(self) -> set[tuple[int | None, int]]:
        split = (text.split(":") for text in self.cleaned_data["moves"])
        return {(int(start) if start else None, int(end)) for start, end in split}

    @property
    def rows(self) -> Iterator[Row]:
        ticked = set(self["moves"].value() or ())
        for start in self.starts:
            cells = tuple(Cell(end, _text(start, end), _text(start, end) in ticked) for end in self.tags)
            yield Row(start, tuple(cell if cell.end != start else None for cell in cells))


@dataclass(frozen=True, slots=True)
class Cell:
    end: StatusTag
    value: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Row:
    """The moves from a tag; ``None`` where it would lead to itself."""

    start: StatusTag | None
    cells: tuple[Cell | None, ...]


def moves_page(admin: ModelAdmin[Any], request: HttpRequest, lifecycle: Lifecycle) -> HttpResponse:
    known = [f"{start or ''}:{end}" for start, end in queries.manual_moves(lifecycle)]
    initial = {"which": ANY if lifecycle.any_move_by_hand else LISTED, "moves": known}
    form = MovesForm(request.POST if request.method == "POST" else None, lifecycle=lifecycle, initial=initial)
    way_back = reverse("admin:lifecycle_lifecycle_change", args=[lifecycle.id])
    if form.is_valid():
        any_move = form.cleaned_data["which"] == ANY
        set_moves_by_hand(lifecycle=lifecycle, any_move=any_move, moves=form.pairs)
        admin.log_change(request, lifecycle, "Changed moves by hand.")
        allowed = "every move" if any_move else f"{len(form.pairs)} moves" if form.pairs else "no move"
        messages.success(request, f"In {lifecycle} people may make {allowed} by hand.")
        return HttpResponseRedirect(way_back)
    return framed(
        admin, request, "lifecycle/admin/moves_by_hand.html", title="Moves by hand", original=lifecycle,
        form=form, cancel_url=way_back,
    )  # fmt: skip


def _text(start: StatusTag | None, end: StatusTag) -> str:
    return f"{start.id if start else ''}:{end.id}"
