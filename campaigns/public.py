"""What customers see who follow a link below a mail: a door without a login, which mail programs knock at as well.

Looking changes nothing, for programs look at every link. A POST to the first door is the one click of RFC 8058: its
body is not even read, no cookie is asked for, and it is in force when the answer leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.engine.consent import choose_topics, withdraw_consent
from campaigns.engine.links import Link, open_link
from campaigns.models import ConsentSource
from campaigns.queries.contact import preferences_of

ONE_CLICK = "List-Unsubscribe=One-Click"
ASKED = "What would you like to hear about?"
NOTHING = "Send me no more news at all."
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
}
View = Callable[[HttpRequest, str], HttpResponse]


def _door(answer: Callable[[HttpRequest, Link], tuple[str, dict[str, Any]]]) -> View:
    """One and the same page for links that do not work, whatever the reason."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, token: str) -> HttpResponse:
        link = open_link(token)
        if link is None:
            return HttpResponse(render_to_string("campaigns/public/gone.html"), status=404, headers=_HEADERS)
        template, found = answer(request, link)
        page = render_to_string(f"campaigns/public/{template}.html", {"link": link, "token": token, **found})
        return HttpResponse(page, headers=_HEADERS)

    return view


@_door
def unsubscribe(request: HttpRequest, link: Link) -> tuple[str, dict[str, Any]]:
    """No to the topic of the mail, or to all marketing if it had none."""
    if request.method == "POST":
        withdraw_consent(
            customers=[link.customer], topic=link.topic, wording=ONE_CLICK, source=ConsentSource.ONE_CLICK, by=None,
            now=timezone.now(), delivery=link.delivery,
        )  # fmt: skip
    return "unsubscribe", {"is_done": request.method == "POST"}


@_door
def preferences(request: HttpRequest, link: Link) -> tuple[str, dict[str, Any]]:
    """Yes or no to each topic, or no to everything."""
    if request.method == "POST":
        told: dict[str, Any] = {
            "customers": [link.customer], "source": ConsentSource.PREFERENCES, "by": None, "now": timezone.now(),
            "delivery": link.delivery,
        }  # fmt: skip
        if "nothing" in request.POST:
            withdraw_consent(topic=None, wording=NOTHING, **told)
        else:
            chosen = {int(one) for one in request.POST.getlist("topic") if one.isdecimal() and len(one) < 10}
            choose_topics(chosen=chosen, wording=ASKED, **told)
    found = preferences_of(link.customer)
    return "preferences", {
        "is_done": request.method == "POST", "preferences": found, "asked": ASKED, "nothing": NOTHING,
        "wants_any": any(one.is_wanted for one in found),
    }  # fmt: skip
