"""Where a visitor lands who asks for nothing in particular."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse


def home(request: HttpRequest) -> HttpResponse:
    """Who works on tasks begins with the day, everybody else with the overview; after a login if need be."""
    user = request.user
    if not user.is_authenticated:
        return redirect_to_login("/", reverse("admin:login"))
    works = user.has_perm("customer_success.change_task") and not user.is_superuser
    return HttpResponseRedirect(reverse("admin:customer_success_my_day" if works else "admin:index"))


def login(request: HttpRequest) -> HttpResponse:
    """The admin's login. Who was on the way to nowhere but the admin begins at home; the menu leads to the overview."""
    answer = admin.site.login(request)
    has_come_in = request.method == "POST" and isinstance(answer, HttpResponseRedirect)
    if has_come_in and answer["Location"] == reverse("admin:index"):
        return HttpResponseRedirect("/")
    return answer
