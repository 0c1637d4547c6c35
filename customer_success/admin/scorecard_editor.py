"""The page on which a scorecard is written and tried, and the one on which a version is looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from customer_success.engine.scorecard_steps import change_draft, start_draft
from customer_success.engine.scoring import ScorecardNotEditable
from customer_success.metrics.inputs import INPUTS
from customer_success.models import ScorecardState, ScorecardVersion
from customer_success.queries.scorecard_preview import OneTried, try_on, try_scorecard
from customer_success.queries.scorecards import card_of, text_of
from customer_success.rules.scorecard import AsItIs, Scale, Steps, Words
from customer_success.rules.scorecard_text import ScorecardError, ScorecardText
from customer_success.sql.scoring import Card
from lifecycle.admin.pages import framed
from lifecycle.admin.rule_editor import vocabulary
from lifecycle.admin.rule_text import as_sentence
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.queries import customers_seen
from lifecycle.rules.explain import sentence
from lifecycle.rules.parse import RuleError, parse

from .scorecard_form import ScorecardForm, input_vocabulary, written

# Each defines what the next one uses.
_SCRIPTS = (
    *(f"lifecycle/{name}" for name in ("metric_picker", "rule_distribution", "rule_tree", "rule_rows", "rule_editor")),
    "customer_success/scorecard_editor",
)


def editor_page(
    admin: ModelAdmin[Any], request: HttpRequest, version: ScorecardVersion, *, now: datetime
) -> HttpResponse:
    """Writes the draft, or the next version with the text of ``version`` to begin with."""
    start = {**written(version.definition, version.applies_to), "customer": request.GET.get("customer", "")}
    is_try = request.method != "POST" or "try" in request.POST
    form = ScorecardForm(request.POST if request.method == "POST" else start)
    if form.is_valid() and not is_try:
        try:
            saved = _saved(version, form, request.user)
        except (ScorecardNotEditable, ScorecardError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Version {saved.number} is saved. It scores nobody until it is published.")
            return redirect("admin:customer_success_scorecardversion_change", saved.pk)
    tried = _tried(form, version, request, now) if form.is_valid() else {}
    is_draft = version.state == ScorecardState.DRAFT and version.pk is not None
    return framed(
        admin, request, "customer_success/admin/scorecard_editor.html", original=version if is_draft else None,
        title=f"{version.scorecard}, {f'draft {version.number}' if is_draft else 'a new version'}",
        form=form, version=version, is_draft=is_draft, inputs=input_vocabulary(), vocabulary=vocabulary(),
        editor_scripts=[f"{name}.js" for name in _SCRIPTS],
        cancel_url=reverse("admin:customer_success_scorecard_change", args=[version.scorecard_id]), **tried,
    )  # fmt: skip


def version_page(admin: ModelAdmin[Any], request: HttpRequest, version: ScorecardVersion) -> HttpResponse:
    return framed(
        admin, request, "customer_success/admin/scorecard_version.html", title=str(version), original=version,
        version=version, **shown(text_of(version), version.applies_to),
        may_write=request.user.has_perm("customer_success.change_scorecardversion"),
    )  # fmt: skip


def shown(text: ScorecardText, applies_to: Any) -> dict[str, Any]:
    """A scorecard as a template shows it: dimensions with rows, bands with widths, alerts, and whom it scores."""
    bands = sorted(text.card.bands, key=lambda band: band.starts_at)
    ends = [*(band.starts_at for band in bands[1:]), 101]
    return {
        "dimensions": [
            (one, [(INPUTS[row.metric], row.weight, _scale(row.scale)) for row in one.measures])
            for one in text.card.dimensions
        ],
        "bands": [
            (band.code, band.starts_at, end - 1, end - band.starts_at) for band, end in zip(bands, ends, strict=True)
        ],
        "alerts": text.alerts,
        "whom": _whom(applies_to),
    }


def _saved(version: ScorecardVersion, form: ScorecardForm, by: Any) -> ScorecardVersion:
    text = {"definition": form.cleaned_data["definition"], "applies_to": form.cleaned_data["conditions"], "by": by}
    if version.pk and version.state == ScorecardState.DRAFT:
        return change_draft(version=version, **text)
    return start_draft(scorecard=version.scorecard, **text)


def _tried(form: ScorecardForm, version: ScorecardVersion, request: HttpRequest, now: datetime) -> dict[str, Any]:
    written = form.cleaned_data
    card = card_of(ScorecardVersion(definition=written["definition"], applies_to=written["conditions"]))
    in_force = version.scorecard.versions.filter(state=ScorecardState.PUBLISHED).first()
    trial = try_scorecard(card, in_force=text_of(in_force) if in_force else None, as_of=now)
    return {
        **shown(card.text, written["conditions"]),
        "trial": trial,
        "scale": max((max(one.tried, one.in_force) for one in trial.bands), default=0) or 1,
        "one": _one(written["customer"], card, request, now),
        "asked_for": written["customer"],
    }


def _one(external_id: str, card: Card, request: HttpRequest, now: datetime) -> OneTried | None:
    seen = customers_seen(request.user).filter(external_id=external_id).first() if external_id else None
    return try_on(seen, card, as_of=now) if seen else None


def _whom(applies_to: Any) -> str:
    if applies_to is None:
        return "Everybody whom no scorecard before it scores."
    try:
        text = sentence(parse(applies_to, CATALOGUE), CATALOGUE)
    except RuleError as error:
        return f"This cannot be read: {as_sentence(error.problems[0])}"
    return f"{text[:1].upper()}{text[1:]}."


def _scale(scale: Scale) -> str:
    match scale:
        case Steps(steps):
            lowest, *others = steps
            told = [f"below {others[0].at_least if others else '…'}: {lowest.points}"]
            return ", ".join((*told, *(f"from {one.at_least}: {one.points}" for one in others)))
        case Words(points_of):
            return ", ".join(f"{word}: {points}" for word, points in points_of)
        case AsItIs():
            return "as it is"
