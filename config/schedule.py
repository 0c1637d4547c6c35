"""What beat starts and how often. People change it in the admin; what is there already stays as it is."""

from __future__ import annotations

from django.conf import settings
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

ROUTINE = "Evaluate who changed or is due"
DAILY = "Evaluate everybody"


def load_schedule() -> list[str]:
    """Create the shipped periodic tasks that are not there yet; returns a line for each one made."""
    often, _ = IntervalSchedule.objects.get_or_create(
        every=settings.EVALUATION_EVERY_MINUTES, period=IntervalSchedule.MINUTES
    )
    nightly, _ = CrontabSchedule.objects.get_or_create(
        minute="10", hour="0", day_of_week="*", day_of_month="*", month_of_year="*", timezone="UTC"
    )
    shipped = {
        ROUTINE: {"task": "lifecycle.tasks.evaluate_what_changed", "interval": often},
        DAILY: {"task": "lifecycle.tasks.evaluate_all", "crontab": nightly},
    }
    made = [
        name for name, values in shipped.items() if PeriodicTask.objects.get_or_create(name=name, defaults=values)[1]
    ]
    return [f"periodic task “{name}”" for name in made]
