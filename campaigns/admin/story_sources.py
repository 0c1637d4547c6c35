"""What campaigns add to the timeline of a customer: messages, and ways through campaigns."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from campaigns.models import Delivery, Enrollment
from campaigns.queries.deliveries import deliveries_of
from campaigns.queries.enrollments import enrollments_of
from customer_success.admin.story_sources import Told
from lifecycle.admin.panels import Entry, Place, Source, register_source
from lifecycle.models import Customer

from .words import LOOKS, page_of, what, why

# Customer success has the ranks 10 to 80.
_ENROLLED, _DELIVERY = 90, 91
_TEMPLATE = "customer_success/admin/_timeline_told.html"


def messages(customer: Customer, place: Place | None, size: int) -> Iterator[Entry]:
    found = deliveries_of(customer).filter(place.before(_DELIVERY, "planned_at") if place else Q())
    for one in found[:size]:
        yield Entry(one.planned_at, _DELIVERY, one.id, _TEMPLATE, _told(one))


def enrollments(customer: Customer, place: Place | None, size: int) -> Iterator[Entry]:
    found = enrollments_of(customer).filter(place.before(_ENROLLED, "entered_at") if place else Q())
    for one in found[:size]:
        yield Entry(one.entered_at, _ENROLLED, one.id, _TEMPLATE, _entered(one))


def _told(delivery: Delivery) -> Told:
    state = delivery.get_state_display()
    detail = " · ".join(str(one) for one in (delivery.campaign, why(delivery)) if one)
    title = f"{delivery.get_channel_display()} {state.lower()}: {what(delivery)}"
    return Told(title, detail, url=page_of("delivery", delivery.pk), look=LOOKS.get(delivery.state, "blue"))


def _entered(enrollment: Enrollment) -> Told:
    ended = f"{enrollment.get_state_display()}: {enrollment.get_end_reason_display()}" if enrollment.ended_at else ""
    return Told(f"Entered “{enrollment.campaign}”", ended, url=page_of("enrollment", enrollment.pk))


register_source(Source(_DELIVERY, "campaigns.view_delivery", messages))
register_source(Source(_ENROLLED, "campaigns.view_enrollment", enrollments))
