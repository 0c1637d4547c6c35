"""The pages of a success story: the draft to work on, and the one to print or copy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget

from customer_success.engine.advocacy import save_story
from customer_success.models import AdvocacyActivity
from customer_success.queries.journey import drafted_story
from customer_success.rules.story import placeholders
from lifecycle.admin.pages import framed

MAX_STORY = 50_000


class StoryForm(forms.Form):
    text = forms.CharField(
        label="Draft", max_length=MAX_STORY, help_text="Markdown. What is not known stands in [brackets].",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 26, "class": "tn-story"}),
    )  # fmt: skip


def story_page(
    admin: ModelAdmin[Any], request: HttpRequest, activity: AdvocacyActivity, *, may_change: bool, cancel_url: str
) -> HttpResponse:
    """``?print``: to print or copy. ``?again``: written anew from the journey; nothing is kept before it is saved."""
    text = activity.story if activity.story and "again" not in request.GET else drafted_story(activity)
    if "print" in request.GET:
        context = {"activity": activity, "text": text, "back": request.path}
        return TemplateResponse(request, "customer_success/admin/story_print.html", context)
    form = StoryForm(request.POST if request.method == "POST" else None, initial={"text": text})
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    if form.is_valid():
        words = form.cleaned_data["text"].replace("\r\n", "\n")
        save_story(activity=activity, text=words, by=request.user, now=timezone.now())
        messages.success(request, "The story is saved.")
        return HttpResponseRedirect(request.path)
    return framed(
        admin, request, "customer_success/admin/story.html", title="Success story", original=activity, form=form,
        missing=placeholders(text), may_change=may_change, cancel_url=cancel_url, media=admin.media,
        is_saved=text == activity.story,
    )  # fmt: skip
