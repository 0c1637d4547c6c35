"""Tasks: the list, the page of one with its history, and a form for a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from customer_success.engine.tasks import NewTask, TaskNotAllowed, check_new, create_task
from customer_success.models import Task, TaskState
from customer_success.queries import managers, managers_at_work
from customer_success.queries.task_origins import asked_by
from customer_success.queries.tasks import colleagues, entries_of, tasks_seen, teams_of
from lifecycle.admin.between import between_filter
from lifecycle.admin.pages import framed
from lifecycle.admin.paging import CappedList
from lifecycle.admin.portfolio import FoundByCustomer
from lifecycle.models import Customer
from lifecycle.queries import customers_seen
from lifecycle.templatetags.wording import customer_link

from .my_day import my_day_page
from .task_steps import handing_on, step_page

_COLOURS = {"Low": "default", "Medium": "info", "High": "warning", "Critical": "danger"}
_STATES = {"Open": "info", "Done": "success", "Dropped": "default"}


class WhoseFilter(DropdownFilter):
    """Besides the usual choices one manager's, by id, where a link asks so."""

    title = "whose"
    parameter_name = "whose"
    all_option = ["", "Everybody's that you see"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        usual = [
            ("mine", "Mine"), ("managers", "Success managers'"), ("queue", "In the queues of my teams"),
            ("nobody", "Nobody's"),
        ]  # fmt: skip
        return [*usual, *((str(one.pk), one.get_full_name() or one.get_username()) for one in self._named(request))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Task]) -> QuerySet[Task]:
        if _number(self.value()):
            return queryset.filter(owner__in=self._named(request))
        which = {
            "mine": Q(owner=request.user.id),
            "managers": Q(owner__in=managers_at_work(request.user).order_by().values("pk")),
            "queue": Q(owner=None, team__in=teams_of(request.user)),
            "nobody": Q(owner=None, team=None),
        }.get(self.value() or "", Q())
        return queryset.filter(which)

    def _named(self, request: HttpRequest) -> QuerySet[Any]:
        number = _number(self.value())
        return managers(request.user).filter(pk=number) if number else managers(request.user).none()


class StateFilter(DropdownFilter):
    """What is still to be done is shown first."""

    title = "state"
    parameter_name = "state"
    all_option = ["", "To do"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("snoozed", "Put off"), ("done", "Done"), ("dropped", "Dropped"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Task]) -> QuerySet[Task]:
        state = self.value()
        if state == "all":
            return queryset
        if state in {"done", "dropped"}:
            return queryset.filter(state=state.upper())
        opened = queryset.filter(state=TaskState.OPEN)
        return opened.filter(snoozed_until__gt=timezone.now()) if state == "snoozed" else opened


class CustomerFilter(DropdownFilter):
    """One customer, named by a link from its page; it has no list of a million to choose from."""

    title = "customer"
    parameter_name = "customer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        if not (value := self.value()):
            return []  # it is not offered
        customer = customers_seen(request.user).filter(id=_number(value)).first()
        return [(value, str(customer or "Nobody you see"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Task]) -> QuerySet[Task]:
        return queryset.filter(customer=_number(self.value())) if self.value() else queryset


class TaskForm(forms.ModelForm):
    class Meta:
        model = Task
        fields = ("customer", "type", "priority", "title", "notes", "due_at", "owner", "team")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                check_new(self.asked(), now=timezone.now())
            except TaskNotAllowed as refused:
                self.add_error(refused.field, str(refused))
        return data

    def asked(self) -> NewTask:
        owner = self.cleaned_data["owner"]
        others = {name: value for name, value in self.cleaned_data.items() if name != "owner"}
        return NewTask(**others, owner_id=owner.id if owner else None)


@admin.register(Task)
class TaskAdmin(FoundByCustomer, CappedList, ModelAdmin):
    form = TaskForm
    when_empty = "Tasks come from moves, alerts and plans, or you add one yourself."
    actions = None
    list_display = ("title_shown", "customer_shown", "type", "priority_shown", "due_at", "holder", "state_shown")
    list_filter = (
        WhoseFilter, StateFilter, ("type", ChoicesDropdownFilter), ("priority", ChoicesDropdownFilter), CustomerFilter,
        between_filter("due_at", "due"), between_filter("closed_at", "closed"),
    )  # fmt: skip
    list_filter_submit = True
    list_display_links = ("title_shown",)
    sortable_by = ()
    ordering = ("due_at", "id")
    autocomplete_fields = ("customer",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        return tasks_seen(request.user)

    @display(description="Task")
    def title_shown(self, task: Task) -> str:
        return task.title

    @display(description="Customer", empty_value="–")
    def customer_shown(self, task: Task) -> SafeString | None:
        return customer_link(task.customer) if task.customer else None

    @display(description="Priority", label=_COLOURS)
    def priority_shown(self, task: Task) -> str:
        return task.get_priority_display()

    @display(description="State", label=_STATES)
    def state_shown(self, task: Task) -> str:
        return task.get_state_display()

    @display(description="With", empty_value="nobody")
    def holder(self, task: Task) -> str | None:
        if task.owner:
            return task.owner.get_username()
        return f"{task.team}'s queue" if task.team else None

    def has_delete_permission(self, request: HttpRequest, obj: Task | None = None) -> bool:
        return False  # it is dropped, with a reason

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        choices = {"customer": lambda: customers_seen(request.user), "owner": colleagues}
        if db_field.name in choices:
            kwargs["queryset"] = choices[db_field.name]()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Task, form: Any, change: bool) -> None:
        obj.pk = create_task(task=form.asked(), by=request.user, now=timezone.now()).pk
        obj.refresh_from_db()

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None  # the task itself says who made it

    def response_add(self, request: HttpRequest, obj: Task, post_url_continue: str | None = None) -> HttpResponse:
        if "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, f"Added: {obj}.")
        return HttpResponseRedirect(reverse("admin:customer_success_task_change", args=[obj.pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        task = self.get_object(request, object_id)
        if task is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, task):
            raise PermissionDenied
        may_act = self.has_change_permission(request) and task.state == TaskState.OPEN
        origin = asked_by(task, request.user)
        return framed(
            self, request, "customer_success/admin/task.html", title=str(task), original=task, task=task,
            entries=entries_of(task), may_act=may_act, people=handing_on() if may_act else (), now=timezone.now(),
            sees_customer=_sees(request, task.customer), origin=origin, origin_url=_page_of(origin),
            back=request.get_full_path(), may_take=may_act and task.owner is None and task.team_id is not None,
        )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("my-day/", view(self.my_day), name="customer_success_my_day"),
            path("<int:number>/step/<slug:name>/", view(self.step), name="customer_success_task_step"),
            *super().get_urls(),
        ]

    def my_day(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return my_day_page(self, request, may_act=self.has_change_permission(request), now=timezone.now())

    def step(self, request: HttpRequest, number: int, name: str) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        task = self.get_object(request, str(number))
        if task is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(number))
        return step_page(self, request, task, name, now=timezone.now())


def _page_of(row: Model | None) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk]) if row else ""


def _sees(request: HttpRequest, customer: Customer | None) -> bool:
    if customer is None or not request.user.has_perm("lifecycle.view_customer"):
        return False
    return customers_seen(request.user).filter(id=customer.id).exists()


def _number(text: str | None) -> int:
    """An id in an address; 0: there is no such row."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
