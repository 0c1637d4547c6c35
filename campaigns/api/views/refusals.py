"""What the engine refuses, in the API's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request

from campaigns.definition.text import DefinitionError
from campaigns.engine.campaigns import KeyTaken
from campaigns.engine.enroll import NotEnrolled
from campaigns.engine.entries import CampaignNotEditable
from campaigns.engine.publishing import SecondPersonNeeded
from campaigns.engine.resolve import ResolveNotAllowed
from campaigns.engine.segments import SegmentInUse
from lifecycle.api.exceptions import Conflict
from lifecycle.models import Customer
from lifecycle.queries import customers_seen

CONFLICTS = (CampaignNotEditable, KeyTaken, NotEnrolled, ResolveNotAllowed, SegmentInUse)


@contextmanager
def conflicts() -> Iterator[None]:
    """What does not fit what is. A version that was written well and can no longer be published is a conflict too."""
    try:
        yield
    except SecondPersonNeeded as error:
        raise PermissionDenied(str(error), "second_person_needed") from error
    except DefinitionError as error:
        told = " ".join(f"{one.path}: {one.sentence}" for one in error.problems)
        raise Conflict(f"What it says is not right any more. {told}") from error
    except CONFLICTS as error:
        raise Conflict(str(error)) from error


def customer_called(request: Request, external_id: str) -> Customer:
    """A customer by its id in the system that sends the events, among those that a person sees; or a 404."""
    customer = customers_seen(request.user).filter(external_id=external_id).first()
    if customer is None:
        raise NotFound(f"There is no customer “{external_id}”.")
    return customer
