"""What pages of our own have in common: the frame of the admin around them, and one page that asks "sure?"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked before something happens: the heading, what will happen, the button.

    ``seen`` comes back with the answer and says what the person was shown.
    """

    title: str
    happens: tuple[str, ...]
    button: str
    picture: SafeString | str = ""
    is_dangerous: bool = False
    seen: str = ""


class DayInput(UnfoldAdminTextInputWidget):
    """A day in the browser's own calendar."""

    input_type = "date"


def some_of(names: Iterable[str], number: int) -> str:
    """``Ann, Bob.``, or ``Ann, Bob and 12 others.``; ``Ann, France; Bob.`` where a name has a comma of its own."""
    named = list(names)
    between = "; " if any("," in name for name in named) else ", "
    others = number - len(named)
    more = f" and {others:,} other{'s' if others > 1 else ''}" if others > 0 else ""
    return f"{between.join(named)}{more}."


def framed(
    admin: ModelAdmin[Any], request: HttpRequest, template: str, *, title: str, original: Model | None, **context: Any
) -> TemplateResponse:
    """A page with the admin's menu, and a trail of links that leads to ``original``."""
    request.current_app = admin.admin_site.name
    return TemplateResponse(
        request,
        template,
        {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "original": original,
            "title": title,
            **context,
        },
    )


def ask(
    admin: ModelAdmin[Any],
    request: HttpRequest,
    question: Question,
    *,
    original: Model,
    cancel_url: str,
    hidden: Mapping[str, object] | Iterable[tuple[str, object]] = (),
) -> TemplateResponse:
    """The page that asks; its button posts ``hidden`` and ``confirm``."""
    return framed(
        admin,
        request,
        "lifecycle/admin/confirm.html",
        title=question.title,
        original=original,
        question=question,
        hidden=dict(hidden),
        cancel_url=cancel_url,
    )
