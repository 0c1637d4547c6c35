"""Pages of campaigns. One module registers one concept."""

from . import (
    campaigns,
    consents,
    contact_policy,
    deliveries,
    endpoints,
    enrollments,
    in_app,
    segments,
    story_sources,
    suppressions,
    switches,
    templates,
)

__all__ = [
    "campaigns",
    "consents",
    "contact_policy",
    "deliveries",
    "endpoints",
    "enrollments",
    "in_app",
    "segments",
    "story_sources",
    "suppressions",
    "switches",
    "templates",
]
