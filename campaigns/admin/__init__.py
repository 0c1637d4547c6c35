"""Pages of campaigns. One module registers one concept."""

from . import (
    consents,
    contact_policy,
    deliveries,
    endpoints,
    enrollments,
    in_app,
    story_sources,
    suppressions,
    switches,
    templates,
)

__all__ = [
    "consents",
    "contact_policy",
    "deliveries",
    "endpoints",
    "enrollments",
    "in_app",
    "story_sources",
    "suppressions",
    "switches",
    "templates",
]
