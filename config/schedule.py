"""What beat starts and how often. People change it in the admin; what is there already stays as it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

ROUTINE = "Evaluate who changed or is due"
DAILY = "Evaluate everybody"
COLLECT = "Collect metrics"
MAIL = "Write to teams"
VERIFY = "Verify history"
TIERS = "Note changed tiers"
PERIODS = "Write success metrics"
HEALTH = "Score everybody's health"
CHANGED_HEALTH = "Score the health of who changed"
PLANS = "Milestones overdue or due soon"
REVIEWS = "Plan business reviews"
EXPANSION = "Find expansion opportunities"
TASKS = "Make tasks from moves"
CAMPAIGNS = "Look after campaigns"
STEPS = "Do what is due in campaigns"
WAITS = "End waits of campaigns"
LEASES = "Take back what workers left behind"
TIDY = "Tidy the outbox"
SNAPSHOTS = "Keep the figures of the day"
REVENUE = "Keep the revenue of everybody"
LOOK = "Look for dates and conditions of campaigns"


def load_schedule() -> list[str]:
    """Create the shipped periodic tasks that are not there yet; returns a line for each one made."""
    lines = []
    for name, task, timing in (
        (ROUTINE, "lifecycle.tasks.evaluate_what_changed", _often),
        (COLLECT, "lifecycle.tasks.collect_metrics", _hourly),
        (MAIL, "lifecycle.tasks.mail_messages", _often),
        (DAILY, "lifecycle.tasks.evaluate_all", _nightly),
        (VERIFY, "lifecycle.tasks.verify_histories", _later_at_night),
        (TIERS, "customer_success.tasks.note_tiers", _early),
        (PERIODS, "customer_success.tasks.write_success_metrics", _early),
        (HEALTH, "customer_success.tasks.score_health", _after_collecting),
        (CHANGED_HEALTH, "customer_success.tasks.score_changed_health", _past_each_hour),
        (PLANS, "customer_success.tasks.watch_milestones", _hourly),
        (REVIEWS, "customer_success.tasks.plan_business_reviews", _early),
        (EXPANSION, "customer_success.tasks.find_expansion", _before_morning),
        (TASKS, "customer_success.tasks.make_tasks", _often),
        (CAMPAIGNS, "campaigns.tasks.look_after_campaigns", _often),
        (STEPS, "campaigns.tasks.run_due_steps", _each_second),
        (LEASES, "campaigns.tasks.sweep_leases", _each_minute),
        (WAITS, "campaigns.tasks.wake_waits", _each_minute),
        (TIDY, "lifecycle.tasks.tidy_outbox", _later_at_night),
        (SNAPSHOTS, "analytics.tasks.take_snapshots", _half_past),
        (REVENUE, "analytics.tasks.keep_revenue", _nightly),
        (LOOK, "campaigns.tasks.look_for_campaigns", _often),
    ):
        if not PeriodicTask.objects.filter(task=task).exists():  # people may have renamed it
            PeriodicTask.objects.create(name=name, task=task, **timing())
            lines.append(f"periodic task “{name}”")
    return lines


def _often() -> dict[str, IntervalSchedule]:
    return _interval(every=settings.EVALUATION_EVERY_MINUTES, period=IntervalSchedule.MINUTES)


def _each_second() -> dict[str, IntervalSchedule]:
    return _interval(every=1, period=IntervalSchedule.SECONDS)


def _each_minute() -> dict[str, IntervalSchedule]:
    return _interval(every=1, period=IntervalSchedule.MINUTES)


def _hourly() -> dict[str, CrontabSchedule]:
    return _crontab(minute="2", hour="*")


def _half_past() -> dict[str, CrontabSchedule]:
    return _crontab(minute="30", hour="*")


def _nightly() -> dict[str, CrontabSchedule]:
    return _crontab(minute="10", hour="0")  # after the first collection of the day


def _early() -> dict[str, CrontabSchedule]:
    return _crontab(minute="20", hour="1")  # after yesterday was collected


def _after_collecting() -> dict[str, CrontabSchedule]:
    return _crontab(minute="6", hour="0")  # and before everybody is evaluated


def _past_each_hour() -> dict[str, CrontabSchedule]:
    return _crontab(minute="12", hour="1-23")


def _later_at_night() -> dict[str, CrontabSchedule]:
    return _crontab(minute="40", hour="2")


def _before_morning() -> dict[str, CrontabSchedule]:
    return _crontab(minute="20", hour="4")


def _interval(**values: Any) -> dict[str, IntervalSchedule]:
    return {"interval": IntervalSchedule.objects.filter(**values).first() or IntervalSchedule.objects.create(**values)}


def _crontab(**times: str) -> dict[str, CrontabSchedule]:
    values = {**times, "timezone": "UTC"}
    return {"crontab": CrontabSchedule.objects.filter(**values).first() or CrontabSchedule.objects.create(**values)}
