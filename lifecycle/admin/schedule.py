"""Periodic tasks and their schedules in the look of the other pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django_celery_beat import admin as beat
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

for model in (PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule):
    admin.site.unregister(model)


class TaskSelect(UnfoldAdminSelectWidget, beat.TaskSelectWidget):
    """The registered tasks, styled."""


class PeriodicTaskForm(beat.PeriodicTaskForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelect()


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(beat.PeriodicTaskAdmin, ModelAdmin):
    form = PeriodicTaskForm
    date_hierarchy = None
    list_display = ("name", "is_on", "scheduler_shown", "last_run_at")
    list_filter = ("enabled",)

    @display(description="On", boolean=True, ordering="enabled")
    def is_on(self, task: PeriodicTask) -> bool:
        return bool(task.enabled)

    @display(description="When")
    def scheduler_shown(self, task: PeriodicTask) -> str:
        return task.crontab.human_readable if task.crontab else str(task.scheduler)

    def crontab_translation(self, obj: PeriodicTask | None) -> str:
        return obj.crontab.human_readable if obj and obj.crontab else "–"


class TaskInline(beat.PeriodicTaskInline, TabularInline):
    pass


class ScheduleAdmin(ModelAdmin):
    inlines = (TaskInline,)


@admin.register(IntervalSchedule, SolarSchedule, ClockedSchedule)
class PlainScheduleAdmin(ScheduleAdmin):
    pass


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(ScheduleAdmin):
    list_display = ("human_readable", "__str__")
    fields = beat.CrontabScheduleAdmin.fields
    readonly_fields = ("human_readable",)
