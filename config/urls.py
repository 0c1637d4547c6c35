"""Where everything is."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from analytics.api.views.status_tags import StatusTagsDashboard
from campaigns import public
from config import health, home, metrics
from customer_success.share import shared_plan

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home),
    path("admin/login/", home.login),
    path("admin/", admin.site.urls),
    path("api/analytics/status-tags/dashboard", StatusTagsDashboard.as_view(), name="api-status-tags-dashboard"),
    path("api/v1/analytics/", include("analytics.api.urls")),
    path("api/v1/", include("campaigns.api.urls")),
    path("api/v1/customer-success/", include("customer_success.api.urls")),
    path("api/", include("lifecycle.api.urls")),
    path("share/plan/<path:token>", shared_plan, name="shared-plan"),
    path("m/u/<str:token>", public.unsubscribe, name="campaigns-unsubscribe"),
    path("m/p/<str:token>", public.preferences, name="campaigns-preferences"),
    path("health", health.ready),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("metrics", metrics.metrics),
]
handler400, handler404, handler500 = (
    f"lifecycle.api.errors.{name}" for name in ("bad_request", "not_found", "server_error")
)
