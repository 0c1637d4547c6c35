"""Transition rules: drafts are written, published, retired; what was published is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action

from lifecycle.engine.publishing import why_not_publish
from lifecycle.engine.rollback import Batch
from lifecycle.metrics import document
from lifecycle.models import Lifecycle, RuleState, TransitionRule

from .pages import framed
from .rollbacks import may_roll_back, rollback_page
from .rule_columns import RuleColumns, StateFilter
from .rule_distribution import spread
from .rule_preview import Written, preview, written_in
from .rule_steps import into_shadow_page, publish_page, retire_page
from .rule_writing import RuleWriting, id_in
from .shadow import shadow_page

_STEPS: dict[str, set[str]] = {
    RuleState.DRAFT: {"publish", "into_shadow", "on_history"},
    RuleState.SHADOW: {"publish", "new_version", "retire", "on_history"},
    RuleState.PUBLISHED: {"new_version", "retire", "take_back"},
    RuleState.RETIRED: {"new_version", "take_back"},
}
# Each defines what the next one uses.
_SCRIPTS = ("rule_preview", "metric_picker", "rule_distribution", "rule_tree", "rule_rows", "rule_editor")


@admin.register(TransitionRule)
class TransitionRuleAdmin(RuleColumns, RuleWriting):
    actions = None
    list_display = ("name", "lifecycle", "version", "state_shown", "priority", "does")
    list_filter = (("lifecycle", RelatedDropdownFilter), StateFilter)
    list_filter_submit = True
    list_per_page = 100
    sortable_by = ()
    list_select_related = ("lifecycle", "to_tag")
    search_fields = ("name", "key")
    actions_list = ("graph",)
    actions_detail = ("publish", "on_history", "into_shadow", "shadow", "new_version", "retire", "take_back")
    compressed_fields = False  # labels above, so that conditions have the whole width
    warn_unsaved_form = True
    readonly_fields = ("conditions_shown", "moves", "state_shown", "acts", "notification_shown")
    fieldsets = (
        ("What it does", {"fields": ("name", "from_tags", "from_untagged", "to_tag")}),
        ("When", {"fields": ("conditions",)}),
        ("How", {"fields": ("priority", ("is_automatic", "skips_review"), "description", "key")}),
        ("Steadiness", {"fields": (("cooldown_days", "hysteresis_percent"),)}),
        ("Whom to tell", {"fields": (("notify_team", "notify_priority"),)}),
    )
    looked_at = (
        ("What it does", {"fields": ("moves", "description")}),
        ("When", {"fields": ("conditions_shown",)}),
        (
            "How",
            {
                "fields": (
                    "priority",
                    "acts",
                    "skips_review",
                    "cooldown_days",
                    "hysteresis_percent",
                    "notification_shown",
                    "key",
                )
            },
        ),
        (
            "Version",
            {
                "fields": (
                    "version",
                    "state_shown",
                    "written_by",
                    "shadow_since",
                    "published_at",
                    "published_by",
                    "retired_at",
                )
            },
        ),
    )

    class Media:
        js = tuple(f"lifecycle/{name}.js" for name in _SCRIPTS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TransitionRule]:
        return super().get_queryset(request).prefetch_related("from_tags")

    def get_fieldsets(self, request: HttpRequest, obj: TransitionRule | None = None) -> Any:
        return self.fieldsets if obj is None or self.has_change_permission(request, obj) else self.looked_at

    def has_change_permission(self, request: HttpRequest, obj: TransitionRule | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.state == RuleState.DRAFT)

    def has_delete_permission(self, request: HttpRequest, obj: TransitionRule | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.state == RuleState.DRAFT)

    # Methods, not the permissions' names: Unfold would look the names up in the database at start.
    def has_decide_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("lifecycle.change_transitionrule")

    def has_write_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("lifecycle.add_transitionrule")

    def get_urls(self) -> list[URLPattern]:
        here = [
            path(
                f"{step.__name__}/", self.admin_site.admin_view(step), name=f"lifecycle_transitionrule_{step.__name__}"
            )
            for step in (self.preview, self.distribution)
        ]
        metrics = path("metrics/", self.admin_site.admin_view(self.metrics), name="lifecycle_metrics")
        return [*here, metrics, *super().get_urls()]

    def metrics(self, request: HttpRequest) -> HttpResponse:
        """Every metric that rules can read."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = "lifecycle/admin/metrics.html"
        return framed(self, request, page, title="Metrics", original=None, groups=list(document.groups()))

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The rule in English and whom it meets, as JSON, for what stands in the form right now."""
        return self._told(request, lambda written: preview(written, now=timezone.now()).as_json())

    def distribution(self, request: HttpRequest) -> HttpResponse:
        """How the values of one condition's metric are spread, as JSON, among the customers the form names."""
        metric, condition = request.POST.get("metric", ""), request.POST.get("condition", "")
        return self._told(request, lambda written: spread(metric, condition, written, now=timezone.now()))

    def _told(self, request: HttpRequest, answer: Callable[[Written], Mapping[str, object]]) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            return JsonResponse({"problems": ["Your account may not see rules."]}, status=403)
        lifecycle = Lifecycle.objects.filter(id=id_in(request.POST.get("lifecycle"))).first()
        if lifecycle is None:
            raise Http404
        return JsonResponse(answer(written_in(request.POST, lifecycle)))

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        """The steps that the version's state allows, as far as the person may take them."""
        rule = TransitionRule.objects.select_related("written_by").filter(id=id_in(object_id)).first()
        fitting = _STEPS[rule.state] | ({"shadow"} if rule.shadow_since else set()) if rule else set()
        if rule and why_not_publish(rule, request.user):
            fitting = fitting - {"publish"}
        steps = super().get_actions_detail(request, object_id)
        return [one for one in steps if one.method.original_function_name in fitting]

    def has_see_graph_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return self.has_view_permission(request) and request.user.has_perm("lifecycle.view_lifecycle")

    @action(description="Graph", icon="account_tree", permissions=["see_graph"])
    def graph(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:lifecycle_lifecycle_graphs")

    @action(description="Publish", icon="publish", permissions=["decide"])
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return publish_page(self, request, object_id, now=timezone.now())

    def has_try_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("lifecycle.add_backtestrun")

    @action(description="Try on history", icon="science", permissions=["try"])
    def on_history(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(f"{reverse('admin:lifecycle_backtestrun_add')}?rule={id_in(object_id)}")

    @action(description="Run in shadow", icon="visibility", permissions=["decide"])
    def into_shadow(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return into_shadow_page(self, request, object_id, now=timezone.now())

    @action(description="What it would have done", icon="visibility")
    def shadow(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = self.get_object(request, object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        if rule is None or rule.shadow_since is None:
            raise Http404
        return shadow_page(self, request, rule, now=timezone.now())

    @action(description="Retire", icon="block", permissions=["decide"])
    def retire(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return retire_page(self, request, object_id, now=timezone.now())

    def has_take_back_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return may_roll_back(request)

    @action(description="Take back its moves", icon="undo", permissions=["take_back"])
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self.get_object(request, object_id)
        way_back = reverse("admin:lifecycle_transitionrule_changelist")
        return rollback_page(self, request, Batch(rule=found) if found else None, way_back=way_back)

    @action(description="Write a new version", icon="edit_note", permissions=["write"])
    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(f"{reverse('admin:lifecycle_transitionrule_add')}?version_of={id_in(object_id)}")
