"""The add and change pages of rules: which lifecycle, which version before, and the engine as the only writer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from unfold.admin import ModelAdmin

from lifecycle.engine.publishing import why_not_publish
from lifecycle.engine.rules import COLUMNS, RuleNotEditable, delete_draft, write_draft
from lifecycle.metrics.catalogue import METRICS
from lifecycle.models import Lifecycle, RuleState, TransitionRule

from .pages import framed
from .rule_editor import vocabulary
from .rule_form import RuleForm
from .rule_preview import preview, written_in, written_of

_BEFORE = "_version_before"


def id_in(text: str | None) -> int:
    """An id as addresses carry it; 0, which no row has, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else 0


class RuleWriting(ModelAdmin):
    """Base of the rule admin."""

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        before = self.version_before(request)
        if before is not None:
            drafts = TransitionRule.objects.filter(lifecycle=before.lifecycle, key=before.key, state=RuleState.DRAFT)
            if request.method != "POST" and (
                draft := drafts.first()
            ):  # the form refuses it, and keeps what was written
                return redirect("admin:lifecycle_transitionrule_change", draft.id)
        elif self._lifecycle(request) is None and self.has_add_permission(request):
            return framed(
                self, request, "lifecycle/admin/choose_lifecycle.html", title="Add rule", original=None,
                heading="For which lifecycle?", lifecycles=Lifecycle.objects.all(),
            )  # fmt: skip
        return super().add_view(request, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: TransitionRule | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        if change and not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, **{**kwargs, "form": forms.ModelForm})
        lifecycle = obj.lifecycle if obj is not None else self._lifecycle(request)
        known = obj or self.version_before(request)
        kwargs["form"] = type("RuleFormHere", (RuleForm,), {"lifecycle": lifecycle, "key": known.key if known else ""})
        return super().get_form(request, obj, change, **kwargs)

    def get_prepopulated_fields(self, request: HttpRequest, obj: TransitionRule | None = None) -> Any:
        return {"key": ("name",)} if obj is None and self.version_before(request) is None else {}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        before = self.version_before(request)
        if before is None:
            return {}
        return {
            **{name: getattr(before, name) for name in ("key", *COLUMNS)},
            "from_tags": list(before.from_tags.all()),
        }

    def save_form(self, request: HttpRequest, form: RuleForm, change: bool) -> TransitionRule:
        """The engine writes; the two hooks after this one have nothing left to do."""
        return write_draft(lifecycle=form.lifecycle, key=form.cleaned_data["key"], text=form.text, by=request.user)

    def delete_model(self, request: HttpRequest, obj: TransitionRule) -> None:
        delete_draft(rule=obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except RuleNotEditable as error:
            messages.error(request, str(error))
            return redirect("admin:lifecycle_transitionrule_change", object_id)

    def save_model(self, request: HttpRequest, obj: TransitionRule, form: RuleForm, change: bool) -> None: ...

    def save_related(self, request: HttpRequest, form: RuleForm, formsets: Any, change: bool) -> None: ...

    def render_change_form(  # noqa: PLR0917  the admin's own signature
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: TransitionRule | None = None,
    ) -> HttpResponse:
        form = context["adminform"].form
        before = self.version_before(request) if obj is None else None
        known = obj or before
        shown = None
        if form.is_bound:
            shown = preview(written_in(request.POST, form.lifecycle), now=timezone.now())
        elif known is not None:
            shown = preview(written_of(known), now=timezone.now())
        context.update(
            preview=shown,
            lifecycle=obj.lifecycle if obj is not None else form.lifecycle,
            metrics=METRICS,
            vocabulary=vocabulary(),
            before=before,
            in_force=_in_force(obj),
            why_not_publish=why_not_publish(obj, request.user) if obj is not None else "",
        )
        return super().render_change_form(request, context, add, change, form_url, obj)

    def version_before(self, request: HttpRequest) -> TransitionRule | None:
        """The version that ``?version_of=`` names, from which a new one is written."""
        if not hasattr(request, _BEFORE):
            wanted = id_in(request.GET.get("version_of"))
            found = TransitionRule.objects.select_related("lifecycle", "to_tag").filter(id=wanted).first()
            setattr(request, _BEFORE, found)
        kept: TransitionRule | None = getattr(request, _BEFORE)
        return kept

    def _lifecycle(self, request: HttpRequest) -> Lifecycle | None:
        """The lifecycle of a new rule: of the version before, named in the address, or the only one there is."""
        before = self.version_before(request)
        if before is not None:
            return before.lifecycle
        if wanted := id_in(request.GET.get("lifecycle")):
            return Lifecycle.objects.filter(id=wanted).first()
        first_two = list(Lifecycle.objects.all()[:2])
        return first_two[0] if len(first_two) == 1 else None


def _in_force(rule: TransitionRule | None) -> TransitionRule | None:
    """The published version of a rule of which a draft or one in shadow is shown."""
    if rule is None or rule.state not in {RuleState.DRAFT, RuleState.SHADOW}:
        return None
    return TransitionRule.objects.filter(
        lifecycle_id=rule.lifecycle_id, key=rule.key, state=RuleState.PUBLISHED
    ).first()
