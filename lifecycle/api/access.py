"""Who is asking, and whether they may: tokens and permissions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView  # its module reads the settings that name this one


class BearerToken(TokenAuthentication):
    """``Authorization: Bearer …`` with a token from ``POST /api/auth/login``."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        # Tokens are hexadecimal; anything else need not reach the database, which refuses some of it.
        if not token.isalnum():
            raise AuthenticationFailed("Invalid token.")
        return super().authenticate_credentials(token)


class HasNeededPermissions(BasePermission):
    """The Django permissions that the view names for the method in ``needs``.

    A method that is not named there is nobody's: forgetting to name it locks the door instead of opening it.
    """

    message = "You do not have the permission for this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if not (user and user.is_authenticated):
            return False
        if request.method not in view.allowed_methods:
            return True  # to be told so: 405
        needs = needs_of(view, request.method or "")
        return needs is not None and user.has_perms(needs)


def needs_of(view: object, method: str) -> tuple[str, ...] | None:
    """The permissions that a view asks for; ``None`` where it names none."""
    needs: Mapping[str, tuple[str, ...]] = getattr(view, "needs", {})
    if method == "HEAD":
        return needs.get("GET")
    if method == "OPTIONS":
        return ()
    return needs.get(method)
