"""The local mailbox, where mails land while nothing leaves the machine."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from campaigns.models import Delivery
from lifecycle.admin.pages import framed
from lifecycle.queries import sees_everybody

from .mailbox import Mail, is_in_use, latest, mail_named
from .words import page_of


def may_read(request: HttpRequest) -> bool:
    """Mails are not sorted by portfolio."""
    return request.user.has_perm("campaigns.view_delivery") and sees_everybody(request.user)


def mailbox_page(admin: ModelAdmin[Any], request: HttpRequest) -> HttpResponse:
    if not may_read(request):
        raise PermissionDenied
    search = request.GET.get("q", "").strip()
    return framed(
        admin, request, "campaigns/admin/mailbox.html", title="Mailbox", original=None, search=search,
        mails=list(latest(search)) if is_in_use() else [], is_in_use=is_in_use(),
    )  # fmt: skip


def mail_page(admin: ModelAdmin[Any], request: HttpRequest, name: str) -> HttpResponse:
    if not may_read(request):
        raise PermissionDenied
    mail = mail_named(name) if is_in_use() else None
    if mail is None:
        messages.error(request, "There is no such mail.")
        return HttpResponseRedirect(reverse("admin:campaigns_delivery_mailbox"))
    return framed(
        admin, request, "campaigns/admin/mail.html", title=mail.subject, original=None, mail=mail,
        html=mail.part("html"), text=mail.part("plain"), delivery_url=_delivery_of(mail),
    )  # fmt: skip


def _delivery_of(mail: Mail) -> str:
    try:
        message_id = UUID(mail.delivery)
    except ValueError:
        return ""
    found = Delivery.objects.filter(message_id=message_id).values_list("id", flat=True).first()
    return page_of("delivery", found) if found else ""
