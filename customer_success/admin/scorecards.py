"""Scorecards: drafts are written, tried and published; what was published is looked at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display

from customer_success.engine.scorecard_steps import delete_draft, retire
from customer_success.engine.scoring import ScorecardNotEditable, publish_scorecard
from customer_success.models import CustomerHealth, Scorecard, ScorecardState, ScorecardVersion
from customer_success.rules.scorecard_text import ScorecardError
from lifecycle.admin.access import ReadOnlyAdmin
from lifecycle.admin.current import active_lifecycles
from lifecycle.admin.pages import Question, ask
from lifecycle.admin.rule_distribution import spread
from lifecycle.admin.rule_preview import written_in
from lifecycle.queries.portfolio import EVERYBODY, in_portfolio
from lifecycle.wake import wake

from .goodness import goodness_page
from .scorecard_editor import editor_page, version_page

SCORE = "customer_success.tasks.score_health"
_STATE_COLOURS = {"Draft": "info", "Published": "success", "Retired": "default"}


@admin.register(Scorecard)
class ScorecardAdmin(ModelAdmin):
    actions = None
    when_empty = "manage.py load_defaults brings three; a scorecard says how the health of customers is scored."
    list_display = ("name", "code", "priority", "in_force", "draft")
    list_prefetch_related = ("versions",)
    sortable_by = ()
    fields = ("name", "code", "priority", "description")
    prepopulated_fields = {"code": ("name",)}
    actions_detail = ("write", "score", "goodness")
    change_form_after_template = "customer_success/admin/_versions.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scorecard]:
        return super().get_queryset(request).prefetch_related("versions")

    @display(description="In force", empty_value="–")
    def in_force(self, scorecard: Scorecard) -> str | None:
        return _version_in(scorecard, ScorecardState.PUBLISHED)

    @display(description="Draft", empty_value="–")
    def draft(self, scorecard: Scorecard) -> str | None:
        return _version_in(scorecard, ScorecardState.DRAFT)

    def get_readonly_fields(self, request: HttpRequest, obj: Scorecard | None = None) -> tuple[str, ...]:
        return () if obj is None else ("code",)  # filters and addresses name it

    def get_prepopulated_fields(self, request: HttpRequest, obj: Scorecard | None = None) -> Any:
        return self.prepopulated_fields if obj is None else {}

    def has_delete_permission(self, request: HttpRequest, obj: Scorecard | None = None) -> bool:
        if obj is not None and obj.versions.exclude(state=ScorecardState.DRAFT).exists():
            return False  # scores name its versions
        return super().has_delete_permission(request, obj)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        scorecard = self.get_object(request, object_id)
        versions = scorecard.versions.select_related("written_by", "published_by") if scorecard else ()
        return super().change_view(request, object_id, form_url, {"versions": versions, **(extra_context or {})})

    def response_add(self, request: HttpRequest, obj: Scorecard, post_url_continue: str | None = None) -> HttpResponse:
        """A new scorecard is empty; its text comes next."""
        if {"_addanother", "_continue", "_popup"} & request.POST.keys():
            return super().response_add(request, obj, post_url_continue)
        return redirect(f"{reverse('admin:customer_success_scorecardversion_add')}?scorecard={obj.id}")

    # Methods, not the permissions' names: Unfold would look the names up in the database at start.
    def has_write_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("customer_success.add_scorecardversion")

    def has_look_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return self.has_view_permission(request) and request.user.has_perm(EVERYBODY)

    @action(description="Write a new version", icon="edit_note", permissions=["write"])
    def write(self, request: HttpRequest, object_id: str) -> HttpResponse:
        scorecard = self._found(request, object_id)
        draft = scorecard.versions.filter(state=ScorecardState.DRAFT).first()
        if draft:
            return redirect("admin:customer_success_scorecardversion_change", draft.pk)
        return redirect(f"{reverse('admin:customer_success_scorecardversion_add')}?scorecard={scorecard.id}")

    def has_score_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("customer_success.change_scorecardversion")

    @action(description="Score now", icon="bolt", permissions=["score"])
    def score(self, request: HttpRequest, object_id: str) -> HttpResponse:
        scorecard = self._found(request, object_id)
        page = reverse("admin:customer_success_scorecard_change", args=[scorecard.pk])
        if request.method != "POST":
            happens = (
                "A worker scores every customer by the scorecards in force, not by this one alone.",
                "Alerts follow, and tasks from them.",
            )
            question = Question("Score everybody now?", happens, "Score now")
            return ask(self, request, question, original=scorecard, cancel_url=page)
        wake(SCORE)
        messages.success(request, "A worker scores everybody now. The page of each customer says when it was scored.")
        return redirect(page)

    @action(description="Is the score any good?", icon="query_stats", permissions=["look"])
    def goodness(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return goodness_page(self, request, self._found(request, object_id), now=timezone.now())

    def _found(self, request: HttpRequest, object_id: str) -> Scorecard:
        scorecard = self.get_object(request, object_id)
        if scorecard is None:
            raise Http404
        return scorecard


def _version_in(scorecard: Scorecard, state: str) -> str | None:
    return next((f"Version {one.number}" for one in scorecard.versions.all() if one.state == state), None)


@admin.register(ScorecardVersion)
class ScorecardVersionAdmin(ReadOnlyAdmin):
    when_empty = "Open a scorecard and write a version of it."
    list_display = ("name", "number", "state_shown", "written_by", "published_at")
    list_filter = (("scorecard", RelatedDropdownFilter),)
    list_filter_submit = True
    list_select_related = ("scorecard", "written_by")
    sortable_by = ()
    actions_detail = ("publish", "new_version", "retire", "delete_draft")

    @display(description="Scorecard")
    def name(self, version: ScorecardVersion) -> str:
        return version.scorecard.name

    @display(description="State", label=_STATE_COLOURS)
    def state_shown(self, version: ScorecardVersion) -> str:
        return version.get_state_display()

    def get_urls(self) -> list[URLPattern]:
        spread_url = path(
            "distribution/", self.admin_site.admin_view(self.distribution),
            name="customer_success_scorecardversion_distribution",
        )  # fmt: skip
        return [spread_url, *super().get_urls()]

    def distribution(self, request: HttpRequest) -> HttpResponse:
        """How the values of one condition's metric are spread among all customers, as JSON."""
        if not (self.has_view_permission(request) and request.user.has_perm(EVERYBODY)):
            raise PermissionDenied
        lifecycles = active_lifecycles(request)
        if request.method != "POST" or not lifecycles:
            return JsonResponse({}, status=404)
        asked = request.POST
        everybody = written_in({"conditions": asked.get("conditions", "")}, min(lifecycles, key=lambda one: one.id))
        return JsonResponse(spread(asked.get("metric", ""), asked.get("condition", ""), everybody, now=timezone.now()))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return "scorecard" in request.GET and self.has_write_permission(request)

    def has_write_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("customer_success.add_scorecardversion")

    def has_decide_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("customer_success.change_scorecardversion")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        version = self.get_object(request, object_id)
        fitting = {
            ScorecardState.DRAFT: {"publish", "delete_draft"},
            ScorecardState.PUBLISHED: {"new_version", "retire"},
            ScorecardState.RETIRED: {"new_version"},
        }[ScorecardState(version.state)] if version else set()  # fmt: skip
        steps = super().get_actions_detail(request, object_id)
        return [one for one in steps if one.method.original_function_name in fitting]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        scorecard = Scorecard.objects.filter(id=_number(request.GET.get("scorecard"))).first()
        if scorecard is None:
            raise Http404
        if draft := scorecard.versions.filter(state=ScorecardState.DRAFT).first():
            return redirect("admin:customer_success_scorecardversion_change", draft.pk)
        like = scorecard.versions.filter(number=_number(request.GET.get("like"))).first()
        like = like or scorecard.versions.filter(state=ScorecardState.PUBLISHED).first()
        return editor_page(self, request, like or ScorecardVersion(scorecard=scorecard), now=timezone.now())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        version = self.get_object(request, object_id)
        if version is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if version.state == ScorecardState.DRAFT and self.has_decide_permission(request):
            return editor_page(self, request, version, now=timezone.now())
        return version_page(self, request, version)

    @action(description="Publish", icon="publish", permissions=["decide"])
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self._found(request, object_id)
        before = version.scorecard.versions.filter(state=ScorecardState.PUBLISHED).first()
        happens = (
            f"It takes the place of version {before.number}." if before else "It is the first version in force.",
            "At the next run everybody it applies to is scored by it, and alerts follow.",
            "A published version is never changed any more.",
        )
        question = Question(f"Publish version {version.number} of “{version.scorecard}”?", happens, "Publish")
        return self._step(
            request, version, question,
            lambda: publish_scorecard(version=version, by=request.user, now=timezone.now()),
            "It is in force now. The scores follow with the next run, within the hour, or at once by “Score now”.",
        )  # fmt: skip

    @action(description="Write a new version", icon="edit_note", permissions=["write"])
    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self._found(request, object_id)
        add = reverse("admin:customer_success_scorecardversion_add")
        return redirect(f"{add}?scorecard={version.scorecard_id}&like={version.number}")

    @action(description="Retire", icon="block", permissions=["decide"])
    def retire(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self._found(request, object_id)
        scored = in_portfolio(CustomerHealth.objects.filter(version=version), request.user).count()
        happens = (
            f"Of the customers that you see it scores {scored:,}.",
            "Whomever it scores is scored by the next scorecard that applies.",
        )
        question = Question(f"Retire “{version.scorecard}”?", happens, "Retire", is_dangerous=True)
        return self._step(request, version, question, lambda: retire(version=version), "It is retired.")

    @action(description="Delete the draft", icon="delete", permissions=["decide"])
    def delete_draft(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self._found(request, object_id)
        happens = ("It has scored nobody; what was written in it is lost.",)
        question = Question(
            f"Delete draft {version.number} of “{version.scorecard}”?", happens, "Delete", is_dangerous=True
        )
        return self._step(request, version, question, lambda: delete_draft(version=version), "The draft is deleted.")

    def _step(
        self, request: HttpRequest, version: ScorecardVersion, question: Question, do: Any, done: str
    ) -> HttpResponse:
        here = reverse("admin:customer_success_scorecardversion_change", args=[version.pk])
        if request.method != "POST":
            return ask(self, request, question, original=version, cancel_url=here)
        try:
            do()
        except (ScorecardNotEditable, ScorecardError) as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(here)
        messages.success(request, done)
        return redirect("admin:customer_success_scorecard_change", version.scorecard_id)

    def _found(self, request: HttpRequest, object_id: str) -> ScorecardVersion:
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404
        return version


def _number(text: str | None) -> int:
    """A number as it stands in an address; 0 for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
