"""How the admin looks: name, colours, menu."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

PGHISTORY_ADMIN_CLASS = "lifecycle.admin.changes.ChangesAdmin"

# Groups of (title, icon, model), shown to those who may see the model; after a colon a page of it instead of its list.
_MENU: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Customers",
        (
            ("Customers", "group", "lifecycle.customer"),
            ("Transitions", "moving", "lifecycle.transition"),
            ("Events", "bolt", "lifecycle.event"),
        ),
    ),
    (
        "Dashboards",
        (
            ("Executive", "query_stats", "analytics.snapshot:executive"),
            ("KPIs", "track_changes", "analytics.snapshot:kpis"),
            ("Portfolio health", "monitor_heart", "analytics.snapshot:portfolio_health"),
            ("Key insights", "lightbulb", "analytics.snapshot:insights"),
            ("Status tags", "sell", "analytics.snapshot:status_tags"),
            ("Automation", "smart_toy", "analytics.snapshot:automation"),
            ("Cohorts", "view_timeline", "analytics.snapshot:cohorts"),
            ("Retention and revenue", "payments", "analytics.snapshot:revenue"),
            ("Success managers", "support_agent", "analytics.snapshot:managers"),
            ("Campaign results", "ads_click", "analytics.snapshot:campaign_results"),
            ("Definitions", "menu_book", "analytics.snapshot:definitions"),
            ("Snapshots", "photo_camera", "analytics.snapshot"),
        ),
    ),
    (
        "Customer success",
        (
            ("Tasks", "task_alt", "customer_success.task"),
            ("Accounts", "apartment", "customer_success.account"),
            ("Portfolios", "diversity_1", "customer_success.handover:portfolios"),
            ("Health", "monitor_heart", "customer_success.customerhealth"),
            ("Health alerts", "notifications_active", "customer_success.healthalert"),
            ("Success profiles", "target", "customer_success.successprofile"),
            ("Success plans", "flag", "customer_success.successplan"),
            ("Business reviews", "co_present", "customer_success.businessreview"),
            ("Advocacy", "handshake", "customer_success.advocacyactivity"),
            ("Expansion", "trending_up", "customer_success.expansionopportunity"),
            ("Success metrics", "monitoring", "customer_success.successmetrics"),
        ),
    ),
    (
        "Campaigns",
        (
            ("Campaigns", "campaign", "campaigns.campaign"),
            ("Segments", "filter_alt", "campaigns.segment"),
            ("Templates", "draft", "campaigns.messagetemplate"),
            ("Enrollments", "route", "campaigns.enrollment"),
            ("Deliveries", "outgoing_mail", "campaigns.delivery"),
            ("Uncertain", "contact_support", "campaigns.delivery:uncertain"),
            ("In-app messages", "inbox", "campaigns.inappmessage"),
        ),
    ),
    (
        "Success set-up",
        (
            ("Scorecards", "speed", "customer_success.scorecard"),
            ("Task rules", "add_task", "customer_success.taskrule"),
            ("Tier policies", "stairs", "customer_success.tierpolicy"),
            ("Plan templates", "checklist", "customer_success.plantemplate"),
            ("Limits on asking", "front_hand", "customer_success.advocacypolicy"),
        ),
    ),
    (
        "Campaign set-up",
        (
            ("Topics", "label", "campaigns.topic"),
            ("Consents", "how_to_reg", "campaigns.consententry"),
            ("Suppression list", "block", "campaigns.suppression"),
            ("Frequency caps", "speed", "campaigns.frequencycap"),
            ("Quiet hours", "bedtime", "campaigns.quiethours"),
            ("Sending switches", "toggle_on", "campaigns.sendingswitch"),
            ("Endpoints", "webhook", "campaigns.webhookendpoint"),
        ),
    ),
    (
        "Review",
        (
            ("Recommendations", "fact_check", "lifecycle.recommendation"),
            ("Messages", "mark_email_unread", "lifecycle.notice"),
        ),
    ),
    (
        "Rules",
        (
            ("Rules", "rule", "lifecycle.transitionrule"),
            ("Lifecycles", "cycle", "lifecycle.lifecycle"),
            ("Status tags", "sell", "lifecycle.statustag"),
            ("Backtests", "science", "lifecycle.backtestrun"),
        ),
    ),
    (
        "Automation",
        (
            ("Switches", "toggle_on", "lifecycle.switch"),
            ("Sources", "sensors", "lifecycle.feed"),
            ("Evaluations", "play_circle", "lifecycle.evaluation"),
            ("Rollbacks", "undo", "lifecycle.rollback"),
            ("History checks", "fact_check", "lifecycle.historycheck"),
            ("Periodic tasks", "schedule", "django_celery_beat.periodictask"),
            ("Intervals", "timer", "django_celery_beat.intervalschedule"),
            ("Crontabs", "calendar_month", "django_celery_beat.crontabschedule"),
        ),
    ),
    (
        "System",
        (
            ("Users", "person", "auth.user"),
            ("Groups", "groups", "auth.group"),
            ("Teams", "diversity_3", "lifecycle.team"),
            ("API tokens", "key", "knox.authtoken"),
            ("Changes", "history", "pghistory.events"),
        ),
    ),
)


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar with what the person may see."""
    overview = {"title": "Overview", "icon": "dashboard", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"items": [overview]}]
    for title, entries in _MENU:
        items = [_item(*entry) for entry in entries if _may_view(request, entry[2])]
        if title == "Rules" and _may_view(request, "lifecycle.transitionrule"):
            metrics = reverse("admin:lifecycle_metrics")
            is_there = request.path == metrics  # below the rules' own path, which would be marked as well
            items[0]["active"] = not is_there and request.path.startswith(items[0]["link"])
            items.append({"title": "Metrics", "icon": "functions", "link": metrics, "active": is_there})
        if title == "Customer success" and _may_view(request, "customer_success.task"):
            my_day = reverse("admin:customer_success_my_day")
            is_there = request.path == my_day
            items[0]["active"] = not is_there and request.path.startswith(items[0]["link"])
            items.insert(0, {"title": "My day", "icon": "wb_sunny", "link": my_day, "active": is_there})
        if title == "Campaigns" and _has_mailbox(request):
            items.append(_item("Mailbox", "mail", "campaigns.delivery:mailbox"))
        if title in {"Campaigns", "Dashboards"}:
            _marked_alone(items, request)
        if items:
            groups.append({"title": title, "items": items})
    return groups


def _marked_alone(items: list[dict[str, Any]], request: HttpRequest) -> None:
    """Where the path of one lies below another's, the longest marks. The queue is a list, filtered."""
    is_queue = request.GET.get("state__exact") == "uncertain"
    path = f"{request.path}uncertain/" if is_queue else request.path
    begun = [one for one in items if path.startswith(one["link"])]
    for one in begun:
        one["active"] = len(one["link"]) == max(len(other["link"]) for other in begun)


def _has_mailbox(request: HttpRequest) -> bool:
    """Mails are kept, and the person may read everybody's."""
    is_kept = settings.EMAIL_BACKEND == "campaigns.channels.mailbox.EmailBackend"
    return is_kept and request.user.has_perms(("campaigns.view_delivery", "lifecycle.view_every_customer"))


def _item(title: str, icon: str, model: str) -> dict[str, Any]:
    name, _, page = model.partition(":")
    return {"title": title, "icon": icon, "link": reverse(f"admin:{name.replace('.', '_')}_{page or 'changelist'}")}


def _may_view(request: HttpRequest, model: str) -> bool:
    app, name = model.partition(":")[0].split(".")
    return request.user.has_perm(f"{app}.view_{name}") or request.user.has_perm(f"{app}.change_{name}")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Tenure",
    "SITE_HEADER": "Tenure",
    "SITE_SUBHEADER": "Customer lifecycle",
    "SITE_URL": None,  # there is no other site to return to
    "SITE_SYMBOL": "loyalty",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("lifecycle/icon.svg")},
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "STYLES": [
        lambda request: static("lifecycle/admin.css"),
        lambda request: static("customer_success/work.css"),
    ],
    "SCRIPTS": [lambda request: static("lifecycle/keyboard.js")],
    "DASHBOARD_CALLBACK": "lifecycle.admin.landing.landing",
    "COMMAND": {"search_models": False, "search_callback": "lifecycle.admin.search.found"},
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": "config.unfold.menu"},
    # A blue of our own; white text on 600 has a contrast of more than 5 to 1.
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 255)",
            "100": "oklch(93.5% .032 255)",
            "200": "oklch(88% .06 256)",
            "300": "oklch(80.5% .1 256)",
            "400": "oklch(71% .145 257)",
            "500": "oklch(62.5% .18 259)",
            "600": "oklch(53% .19 261)",
            "700": "oklch(47.5% .175 262)",
            "800": "oklch(41.5% .145 263)",
            "900": "oklch(37% .115 264)",
            "950": "oklch(28% .08 265)",
        },
    },
}
