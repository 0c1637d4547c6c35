"""One language of a message: written beside its preview, checked, and sent to try it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from campaigns.engine.templates import Problem, TemplateRefused, advice, preview, save_text, send_test
from campaigns.engine.writing import FIELDS
from campaigns.messages.box import Mail
from campaigns.models import MessageTemplate, TemplateText
from campaigns.queries.placeholders import LINKS, NAMES
from campaigns.queries.templates import customer_found
from lifecycle.admin.pages import framed
from lifecycle.models import Customer

from .words import page_of

# What a message begins with that says nothing yet.
_BLANK = """<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>Hello {{ customer.first_name | default: "there" }},</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""
_CODE = {"class": "tn-code-input", "spellcheck": "false"}


class TextForm(forms.ModelForm):
    class Meta:
        model = TemplateText
        fields = ("language", *FIELDS)
        widgets = {
            "language": UnfoldAdminTextInputWidget(),
            "subject": UnfoldAdminTextInputWidget(),
            "preheader": UnfoldAdminTextInputWidget(),
            "body": UnfoldAdminTextareaWidget(attrs={**_CODE, "rows": 22}),
            "text": UnfoldAdminTextareaWidget(attrs={**_CODE, "rows": 6}),
        }

    def __init__(self, *args: Any, template: MessageTemplate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template = template
        if self.instance.pk:
            del self.fields["language"]
        elif not template.texts.exists():
            self.initial.update(language=template.default_language, body=_BLANK)

    @property
    def language(self) -> str:
        return self.instance.language or self.cleaned_data.get("language", "")

    def clean_language(self) -> str:
        language: str = self.cleaned_data["language"]
        if self.template.texts.filter(language=language).exists():
            raise forms.ValidationError("The message is written in this language already.")
        return language


class TestForm(forms.Form):
    to = forms.EmailField(max_length=254)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the preview shows: the mail, or what is wrong. ``who``: whose values it has, empty: none."""

    mail: Mail | None
    problems: tuple[Problem, ...]
    who: str
    note: str = ""
    advice: tuple[Problem, ...] = ()


def text_page(
    admin: ModelAdmin[Any], request: HttpRequest, template: MessageTemplate, text: TemplateText | None, *,
    may_change: bool,
) -> HttpResponse:  # fmt: skip
    """The form with the preview beside it. Its buttons save it, or show it without saving, also without scripts."""
    is_posted = request.method == "POST" and may_change
    form = TextForm(request.POST if is_posted else None, instance=text or TemplateText(), template=template)
    if is_posted and "test" in request.POST:
        _test(request, template)
    elif is_posted and "preview" not in request.POST and form.is_valid() and _saved(form, request):
        messages.success(request, f"{template} ({form.language}) is saved.")
        return HttpResponseRedirect(_page(template.pk, form.language))
    saved = {name: getattr(text, name) for name in ("language", *FIELDS)} if text else {}
    values = request.POST if is_posted else saved
    return framed(
        admin, request, "campaigns/admin/template_text.html", original=template, text=text,
        title=_title(template, text), form=form, values=NAMES, links=LINKS,
        seen=_seen(request, template, values), customer=request.POST.get("customer", request.GET.get("customer", "")),
        may_change=may_change, test_to=request.POST.get("to", getattr(request.user, "email", "")),
        cancel_url=page_of("messagetemplate", template.pk),
    )  # fmt: skip


def _title(template: MessageTemplate, text: TemplateText | None) -> str:
    if text is not None:
        return f"{template} ({text.language})"
    return f"{template} in another language" if template.texts.exists() else f"The text of {template}"


def preview_part(request: HttpRequest, template: MessageTemplate) -> HttpResponse:
    """The preview alone, of what is being written."""
    context = {"seen": _seen(request, template, request.POST)}
    return TemplateResponse(request, "campaigns/admin/_template_preview.html", context)


def _test(request: HttpRequest, template: MessageTemplate) -> None:
    """Send what is written, saved or not, to somebody of one's own; the form keeps it."""
    form = TestForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Nothing was sent: {' '.join(map(str, form.errors['to']))}")
        return
    to = form.cleaned_data["to"]
    texts, language = _asked(request.POST, template)
    try:
        send_test(
            texts=texts, language=language, customer=_customer(request), to=to, by=request.user, now=timezone.now()
        )
    except TemplateRefused as error:
        messages.error(request, f"Nothing was sent: {error}")
    else:
        messages.success(request, f"Sent to {to}.")


def _page(template: int, language: str) -> str:
    return reverse("admin:campaigns_messagetemplate_text", args=[template, language])


def _saved(form: TextForm, request: HttpRequest) -> bool:
    texts = {name: form.cleaned_data[name] for name in FIELDS}
    try:
        save_text(template=form.template, language=form.language, texts=texts, by=request.user, now=timezone.now())
    except TemplateRefused as error:
        for one in error.problems:
            form.add_error(one.field or None, one.message)
        return False
    return True


def _customer(request: HttpRequest) -> Customer | None:
    """The customer whose values are shown, if the person sees it."""
    asked = request.POST.get("customer", request.GET.get("customer", "")).strip()
    return customer_found(asked, request.user) if asked else None


def _seen(request: HttpRequest, template: MessageTemplate, values: Any) -> Seen:
    asked = request.POST.get("customer", request.GET.get("customer", "")).strip()
    customer = _customer(request)
    note = f"No customer of yours is found by “{asked}”; values show their names." if asked and not customer else ""
    texts, language = _asked(values, template)
    if not texts["subject"] and not texts["body"]:
        return Seen(None, (), str(customer or ""), "Write a subject and a body: here stands what the customer gets.")
    try:
        mail = preview(texts=texts, language=language, customer=customer, now=timezone.now())
    except TemplateRefused as error:
        return Seen(None, error.problems, str(customer or ""), note)
    return Seen(mail, (), str(customer or ""), note, tuple(advice(texts=texts, language=language)))


def _asked(values: Any, template: MessageTemplate) -> tuple[dict[str, str], str]:
    """The texts as they are written, and their language."""
    texts = {name: str(values.get(name, "")) for name in FIELDS}
    return texts, str(values.get("language") or template.default_language)
