"""Accounts: the customers that a success manager looks after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from customer_success.api.filters.accounts import AccountFilter
from customer_success.api.serializers.accounts import (
    AccountDetailSerializer,
    AccountSerializer,
    AccountWriteSerializer,
    NewAccountSerializer,
)
from customer_success.engine.accounts import (
    AccountError,
    ValuesRefused,
    close_account,
    create_account,
    update_account,
)
from customer_success.engine.traits import TraitRefused
from customer_success.queries.accounts import accounts, taken_by_others
from lifecycle.api.exceptions import Conflict
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.views.base import ApiList, ApiView, existing
from lifecycle.models import Customer
from lifecycle.queries import in_portfolio

CHANGED = {200: AccountDetailSerializer, 409: ProblemSerializer}


def accounts_seen(user: Any) -> QuerySet[Customer]:
    return in_portfolio(accounts(), user, customer="")


def account_seen(request: Request, number: int) -> Customer:
    """An account in the caller's portfolio, or a 404."""
    return existing(accounts_seen(request.user), number)


@contextmanager
def told() -> Iterator[None]:
    """What the engine refuses, as the API says it."""
    try:
        yield
    except ValuesRefused as error:
        raise ValidationError({name: [ErrorDetail(text, "invalid")] for name, text in error.fields.items()}) from error
    except TraitRefused as error:
        raise ValidationError({"non_field_errors": [ErrorDetail(str(error), "invalid")]}) from error
    except AccountError as error:
        raise Conflict(str(error)) from error


class AccountList(ApiList):
    """Customers with an account, each with tier, status, health and contract."""

    needs = {"GET": ("customer_success.view_account",), "POST": ("customer_success.add_account",)}
    serializer_class = AccountSerializer
    filterset_class = AccountFilter

    def get_queryset(self) -> QuerySet[Customer]:
        return accounts_seen(self.request.user)

    @extend_schema(operation_id="list_accounts", summary="Accounts, the newest customers first")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="create_account", summary="Open an account", request=NewAccountSerializer,
        responses={201: AccountDetailSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """A customer that is there becomes an account; otherwise it is created. 409 if it is an account already."""
        asked = NewAccountSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        external_id = asked.validated_data["external_id"]
        if taken_by_others(external_id, request.user):
            raise Conflict(f"The customer “{external_id}” is not in your portfolio.")
        with told():
            account = create_account(
                external_id=external_id, text=asked.text(whole=False), by=request.user, now=timezone.now(),
                owner=asked.owner_for(request.user),
            )  # fmt: skip
        return Response(AccountDetailSerializer(existing(accounts(), account.pk)).data, status=201)


class AccountDetail(ApiView):
    """One account."""

    needs = {
        "GET": ("customer_success.view_account",),
        "PUT": ("customer_success.change_account",),
        "PATCH": ("customer_success.change_account",),
        "DELETE": ("customer_success.delete_account",),
    }

    @extend_schema(operation_id="get_account", summary="An account", responses=AccountDetailSerializer)
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return Response(AccountDetailSerializer(account_seen(request, id)).data)

    @extend_schema(
        operation_id="rewrite_account", summary="Write an account anew", request=AccountWriteSerializer,
        responses=CHANGED,
    )  # fmt: skip
    def put(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """What is left out is emptied; tier and status stay. 409 if the status cannot be reached."""
        return self._change(request, id, whole=True)

    @extend_schema(
        operation_id="change_account", summary="Change some of an account", request=AccountWriteSerializer,
        responses=CHANGED,
    )  # fmt: skip
    def patch(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """What is left out stays. 409 if the status cannot be reached."""
        return self._change(request, id, whole=False)

    @extend_schema(
        operation_id="close_account", summary="Close an account", responses={204: None, 409: ProblemSerializer}
    )
    def delete(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """Its status becomes CHURNED; everything else stays, also in the lists. 409 if it is closed already."""
        customer = account_seen(request, id)
        with told():
            close_account(customer=customer, reason="Account closed", by=request.user, now=timezone.now())
        return Response(status=204)

    def _change(self, request: Request, number: int, *, whole: bool) -> Response:
        customer = account_seen(request, number)
        asked = AccountWriteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with told():
            update_account(account=customer.account, text=asked.text(whole=whole), by=request.user, now=timezone.now())
        return Response(AccountDetailSerializer(account_seen(request, number)).data)
