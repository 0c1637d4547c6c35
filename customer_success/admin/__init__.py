"""The admin of customer success. One module registers one concept."""

from . import panels, task_rules, tasks

__all__ = ["panels", "task_rules", "tasks"]
