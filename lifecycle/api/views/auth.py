"""Tokens: one for each login, valid until logout or expiry."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from knox.views import LogoutView
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from lifecycle.api.access import BearerToken
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.serializers.auth import LoginSerializer, TokenSerializer
from lifecycle.api.throttles import ScopedRate

from .base import ApiView


class Login(ApiView):
    """Exchange a name and a password for a token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedRate,)
    throttle_scope = "login"

    def get_authenticate_header(self, request: Request) -> str:
        return BearerToken().authenticate_header(request)

    @extend_schema(
        operation_id="login", tags=["auth"], summary="Log in", request=LoginSerializer,
        responses={200: TokenSerializer, 401: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        asked = LoginSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = authenticate(request, **asked.validated_data)
        if user is None:
            raise AuthenticationFailed("The name or the password is wrong.")
        token, text = AuthToken.objects.create(user=user)
        user_logged_in.send(sender=type(user), request=request, user=user)
        return Response(TokenSerializer({"token": text, "expiry": token.expiry}).data)


class Logout(ApiView, LogoutView):
    """Make the token that is sent with this request invalid."""

    authentication_classes = (BearerToken,)
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="logout", tags=["auth"], summary="Log out", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        response: Response = super().post(request)
        return response
