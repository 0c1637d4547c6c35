"""Success plans: the list, a new one from a template, and the way to the pages of one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from customer_success import queries
from customer_success.engine.plan_checks import PlanInvalid
from customer_success.engine.plans import create_plan, create_plan_from, milestones_from
from customer_success.models import MilestoneStatus, SuccessPlan
from lifecycle.admin.pages import framed
from lifecycle.admin.paging import CappedList
from lifecycle.admin.portfolio import FoundByCustomer, OwnerFilter

from .plan_forms import NewPlanForm
from .plan_pages import PlanPages

_COLOURS = {"Active": "info", "Completed": "success", "On hold": "warning"}


class OverdueFilter(DropdownFilter):
    title = "milestones"
    parameter_name = "milestones"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("overdue", "Some are overdue"), ("none", "There are none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SuccessPlan]) -> QuerySet[SuccessPlan]:
        if self.value() == "overdue":
            return queryset.filter(milestones__status=MilestoneStatus.OVERDUE).distinct()
        return queryset.filter(milestones=None) if self.value() == "none" else queryset


class PlanOwnerFilter(OwnerFilter):
    title = "owner"  # of the plan


@admin.register(SuccessPlan)
class SuccessPlanAdmin(FoundByCustomer, CappedList, ModelAdmin):
    when_empty = "A plan says what a customer wants to reach, in which steps, by when. Start with a template."
    list_display = ("who", "title_shown", "type_shown", "status_shown", "progress_shown", "next_due", "owner_shown")
    list_display_links = ("who",)
    list_filter = (
        ("type", ChoicesDropdownFilter), ("status", ChoicesDropdownFilter), OverdueFilter,
        PlanOwnerFilter,
    )  # fmt: skip
    list_filter_submit = True
    search_help_text = "A part of the title, or customer's id, email or name begins with …"
    sortable_by = ()
    ordering = ("-id",)
    actions = None

    class Media:
        css = {"all": ("customer_success/plans.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[SuccessPlan]:
        return queries.success_plans(super().get_queryset(request))

    def found(self, request: HttpRequest, text: str) -> Q:
        return super().found(request, text) | Q(title__icontains=text)

    def has_delete_permission(self, request: HttpRequest, obj: SuccessPlan | None = None) -> bool:
        return False  # a plan that is no longer wanted is cancelled

    def get_urls(self) -> list[URLPattern]:
        change, share = "customer_success.change_successplan", "customer_success.add_planshare"
        add, alter = "customer_success.add_planmilestone", "customer_success.change_planmilestone"
        pages: tuple[tuple[str, str, str, Callable[..., HttpResponse]], ...] = (
            ("edit/", "edit", change, PlanPages.edit),
            ("sections/", "sections", change, PlanPages.sections),
            ("move/", "move", change, PlanPages.move),
            ("milestones/add/", "add_milestone", add, PlanPages.add_milestone),
            ("milestones/<int:number>/", "milestone", alter, PlanPages.milestone),
            ("milestones/<int:number>/complete/", "complete", alter, PlanPages.complete),
            ("share/", "share", share, PlanPages.share),
            ("shares/<int:number>/revoke/", "revoke", "customer_success.change_planshare", PlanPages.revoke),
        )
        own = [
            path(
                f"<int:object_id>/{route}",
                self.admin_site.admin_view(partial(self._page, needs=needs, show=show)),
                name=f"customer_success_successplan_{name}",
            )
            for route, name, needs, show in pages
        ]
        return [*own, *super().get_urls()]

    def _page(
        self, request: HttpRequest, object_id: int, *, needs: str, show: Callable[..., HttpResponse], **more: int
    ) -> HttpResponse:
        if not (self.has_view_permission(request) and request.user.has_perm(needs)):
            raise PermissionDenied
        plan = self.get_object(request, str(object_id))
        if plan is None:
            raise Http404
        return show(PlanPages(self, request, plan, timezone.now()), **more)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        plan = self.get_object(request, object_id)
        if plan is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return PlanPages(self, request, plan, timezone.now()).read()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form, with the dates that a template would give before anything is stored."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        now = timezone.now()
        initial = {"starts_on": now.date(), "owner": request.user, "customer": request.GET.get("customer")}
        form = NewPlanForm(request.POST or None, request=request, initial=initial)
        preview = None
        if request.method == "POST" and form.is_valid():
            found = form.cleaned_data
            template, customer, values = found["template"], found["customer"], form.values()
            try:
                if "preview" in request.POST:
                    preview = template and milestones_from(
                        template, starts_on=values["starts_on"], owner=values["owner"], manager=customer.owner
                    )
                elif template:
                    plan = create_plan_from(
                        template=template, customer=customer, values=values, by=request.user, now=now
                    )
                    return redirect("admin:customer_success_successplan_change", plan.id)
                else:
                    plan = create_plan(customer=customer, values=values, by=request.user, now=now)
                    return redirect("admin:customer_success_successplan_change", plan.id)
            except PlanInvalid as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
        return framed(
            self, request, "customer_success/admin/new_plan.html", title="Add a success plan", original=None, form=form,
            preview=preview, media=self.media + form.media,
        )  # fmt: skip

    @display(description="Customer", ordering="customer__name")
    def who(self, plan: SuccessPlan) -> str:
        return str(plan.customer)

    @display(description="Plan")
    def title_shown(self, plan: SuccessPlan) -> str:
        return plan.title

    @display(description="Type")
    def type_shown(self, plan: SuccessPlan) -> str:
        return plan.get_type_display()

    @display(description="Status", label=_COLOURS)
    def status_shown(self, plan: SuccessPlan) -> str:
        return plan.get_status_display()

    @display(description="Progress")
    def progress_shown(self, plan: SuccessPlan) -> SafeString:
        return format_html(
            '<span class="tn-plan-progress"><span class="tn-plan-meter" aria-hidden="true">'
            '<span style="width: {0}%"></span></span>{0}%</span>', plan.progress,
        )  # fmt: skip

    @display(description="Next due", empty_value="–")
    def next_due(self, plan: SuccessPlan) -> SafeString | None:
        milestone = plan.next_milestone
        if milestone is None:
            return None
        look = "tn-error" if milestone.status == MilestoneStatus.OVERDUE else ""
        return format_html(
            '<span class="{}">{}</span><span class="tn-row-side">{}</span>', look, f"{milestone.due_date:%-d %b %Y}",
            milestone.title,
        )  # fmt: skip

    @display(description="Owner", empty_value="–")
    def owner_shown(self, plan: SuccessPlan) -> str | None:
        return str(plan.owner) if plan.owner else None
