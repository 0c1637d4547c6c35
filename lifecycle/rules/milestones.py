"""The six weeks of the curriculum. Names: specification of the status tags, ST_002."""

from __future__ import annotations

MILESTONES = {
    1: "Setup and basic configuration",
    2: "First automation workflow",
    3: "Advanced prompt engineering",
    4: "Team collaboration features",
    5: "Performance optimization",
    6: "Custom integration development",
}
