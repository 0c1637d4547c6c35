"""What customers see who follow a link: a door without a login, behind a token that nobody guesses."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from customer_success.engine.sharing import open_share
from customer_success.rules.timeline import draw

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
}


@require_safe
def shared_plan(request: HttpRequest, token: str) -> HttpResponse:
    """The shared part of a plan; one and the same page for links that do not work, whatever the reason."""
    plan = open_share(token=token, now=timezone.now())
    if plan is None:
        return HttpResponse(render_to_string("customer_success/share/gone.html"), status=404, headers=_HEADERS)
    timeline = draw(plan.milestones, starts_on=plan.starts_on, ends_on=plan.ends_on, today=plan.today)
    page = render_to_string("customer_success/share/plan.html", {"plan": plan, "timeline": timeline})
    return HttpResponse(page, headers=_HEADERS)
