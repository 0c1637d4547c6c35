"""The success profile of an account."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from customer_success.api.serializers.profile import ProfileSerializer, ProfileWriteSerializer
from customer_success.engine.profile import update_profile
from customer_success.queries.accounts import profiles
from lifecycle.api.views.base import ApiView

from .accounts import account_seen, told


class Profile(ApiView):
    """Objectives, onboarding, adoption, satisfaction, money and stakeholders of an account."""

    needs = {
        "GET": ("customer_success.view_successprofile",),
        "PUT": ("customer_success.change_successprofile",),
        "PATCH": ("customer_success.change_successprofile",),
    }

    @extend_schema(operation_id="get_success_profile", summary="A success profile", responses=ProfileSerializer)
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return self._shown(account_seen(request, id).id)

    @extend_schema(
        operation_id="write_success_profile", summary="Write a success profile", request=ProfileWriteSerializer,
        responses=ProfileSerializer,
    )  # fmt: skip
    def put(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """What is left out is emptied; value metrics and stakeholders are replaced as a whole."""
        return self._change(request, id, whole=True)

    @extend_schema(
        operation_id="change_success_profile", summary="Change some of a success profile",
        request=ProfileWriteSerializer, responses=ProfileSerializer,
    )  # fmt: skip
    def patch(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """What is left out stays; a list that is told is replaced as a whole."""
        return self._change(request, id, whole=False)

    def _change(self, request: Request, number: int, *, whole: bool) -> Response:
        customer = account_seen(request, number)
        asked = ProfileWriteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with told():
            update_profile(
                account=customer.account, values=asked.values(whole=whole), now=timezone.now(),
                value_metrics=asked.rows("value_metrics", whole=whole),
                stakeholders=asked.rows("stakeholders", whole=whole),
            )  # fmt: skip
        return self._shown(customer.id)

    def _shown(self, number: int) -> Response:
        profile = profiles().filter(pk=number).first()
        if profile is None:
            raise NotFound(f"Account {number} has no success profile yet.")
        return Response(ProfileSerializer(profile).data)
