"""Who may do what: a line for each page of the admin and each path of the API.

A new route without a line fails, and so does a line without a route. To add one:

* a page of a model: ``**pages("app_model", see=ALL, of="thing")``, with ``add``, ``edit`` and ``delete`` for who may;
* any other route by its name: ``"admin:app_model_step": door(get=ALL, post=TEAM, of="thing")``. Methods that are left
  out are nobody's.

``of`` names the kind of thing in the address that belongs to a customer: people with a portfolio get their own, and
another's is not there. ``at`` names one that belongs to no customer. A new kind gets a line in ``world.py``, a
dictionary of what stands in the address where that is more than its key. ``shows``:
who finds customers named on the page; everybody there finds those of the own portfolio, and no others.
"""

from __future__ import annotations

from .dashboards import DASHBOARDS
from .doors import (
    ADMINS,
    ALL,
    EVERYONE,
    LEADS,
    MOVERS,
    NOBODY,
    STAFF,
    SUPER,
    TEAM,
    TRIERS,
    WRITERS,
    Door,
    door,
    owned_by,
    pages,
)

_ADMIN = {
    "admin:login": door(get=frozenset({"anonymous"}), post=EVERYONE),  # who is inside is led on
    "admin:logout": door(post=STAFF),
    "admin:password_change": door(get=STAFF),
    "admin:password_change_done": door(get=STAFF),
    "admin:auth_user_password_change": door(get=SUPER, at="user"),
    "admin:jsi18n": door(get=STAFF),
    "admin:index": door(get=STAFF, shows=ALL),
    "admin:search": door(get=STAFF, shows=ALL, query={"s": "Zz", "extended": 1}),
    "admin:autocomplete": door(get=NOBODY),  # without a field; test_autocompletes asks for each
    "admin:app_list": door(get=ALL, address={"app_label": "lifecycle"}),
    "admin:view_on_site": door(get=NOBODY, at="seen_on_site"),
    **pages("auth_user", see=ADMINS, add=SUPER, edit=SUPER, delete=SUPER, at="user"),
    **owned_by("auth_group", SUPER, "group"),
    **pages("knox_authtoken", see=SUPER, delete=SUPER, at="token"),
    **pages("pghistory_events", see=SUPER, at="change"),
    **owned_by("django_celery_beat_periodictask", SUPER, "periodictask"),
    **owned_by("django_celery_beat_intervalschedule", SUPER, "intervalschedule"),
    **owned_by("django_celery_beat_crontabschedule", SUPER, "crontabschedule"),
    **owned_by("django_celery_beat_solarschedule", SUPER, "solarschedule"),
    **owned_by("django_celery_beat_clockedschedule", SUPER, "clockedschedule"),
}

_LIFECYCLE = {
    **pages("lifecycle_customer", see=ALL, of="customer"),
    "admin:lifecycle_customer_pin": door(get=MOVERS, post=MOVERS, of="customer", query={"lifecycle": "{lifecycle}"}),
    "admin:lifecycle_customer_move": door(get=MOVERS, post=MOVERS, of="customer"),
    "admin:lifecycle_customer_erase": door(get=ADMINS, post=ADMINS, of="customer"),
    **pages("lifecycle_transition", see=ALL, of="transition"),
    "admin:lifecycle_transition_take_back": door(get=ADMINS, post=ADMINS, of="transition"),
    **pages("lifecycle_event", see=ALL, of="event"),
    **pages("lifecycle_recommendation", see=ALL, of="recommendation"),
    "admin:lifecycle_recommendation_*": door(get=MOVERS, post=MOVERS, of="recommendation"),
    **pages("lifecycle_notice", see=ALL, of="notice"),
    **pages("lifecycle_rollback", see=ALL, of="rollback"),
    "admin:lifecycle_rollback_undo": door(get=ADMINS, post=ADMINS, of="rollback"),
    **pages("lifecycle_historycheck", see=ALL, at="check"),
    **pages("lifecycle_evaluation", see=ALL, at="evaluation"),
    "admin:lifecycle_evaluation_roll_back": door(get=ADMINS, post=ADMINS, at="evaluation"),
    **pages("lifecycle_backtestrun", see=ALL, add=TRIERS, edit=ALL, at="backtest"),  # a form changes nothing there
    **pages("lifecycle_transitionrule", see=ALL, add=WRITERS, edit=WRITERS, delete=WRITERS, at="draft"),
    "admin:lifecycle_transitionrule_preview": door(post=ALL, query={"lifecycle": "{lifecycle}"}),
    "admin:lifecycle_transitionrule_distribution": door(post=ALL, query={"lifecycle": "{lifecycle}"}),
    "admin:lifecycle_transitionrule_graph": door(get=ALL),
    "admin:lifecycle_metrics": door(get=ALL),
    "admin:lifecycle_transitionrule_shadow": door(get=ALL, at="shadow"),
    "admin:lifecycle_transitionrule_on_history": door(get=TRIERS, at="draft"),
    "admin:lifecycle_transitionrule_take_back": door(get=ADMINS, post=ADMINS, at="rule"),
    "admin:lifecycle_transitionrule_*": door(get=WRITERS, post=WRITERS, at="draft"),
    **pages("lifecycle_lifecycle", see=ALL, add=ADMINS, edit=ADMINS, at="lifecycle"),
    "admin:lifecycle_lifecycle_graphs": door(get=ALL),
    "admin:lifecycle_lifecycle_graph": door(get=ALL, at="lifecycle"),
    "admin:lifecycle_lifecycle_moves_by_hand": door(get=ADMINS, post=ADMINS, at="lifecycle"),
    **pages("lifecycle_statustag", see=ALL, edit=ADMINS, at="tag"),
    **pages("lifecycle_switch", see=ALL, at="switch"),
    "admin:lifecycle_switch_turn": door(get=ADMINS, post=ADMINS, address={"kind": "AUTOMATION_ENABLED"}),
    **pages("lifecycle_feed", see=ALL, edit=ADMINS, delete=ADMINS, at="feed"),
    **pages("lifecycle_team", see=ADMINS, add=ADMINS, edit=ADMINS, at="team"),
}

_CAMPAIGNS = {
    **pages("campaigns_campaign", see=ALL, add=WRITERS, at="campaign"),
    "admin:campaigns_campaign_distribution": door(post=ALL - TEAM),
    "admin:campaigns_campaign_preview": door(post=WRITERS, at="campaign"),
    "admin:campaigns_campaign_*": door(get=WRITERS, post=WRITERS, at="campaign"),
    **pages("campaigns_segment", see=ALL, add=WRITERS, edit=WRITERS, delete=ADMINS, at="segment"),
}

_CUSTOMER_SUCCESS = {
    **pages("customer_success_account", see=ALL, add=MOVERS, edit=MOVERS, of="account"),
    "admin:customer_success_account_profile": door(get=ALL, of="account"),
    "admin:customer_success_account_change_tier": door(get=MOVERS, post=MOVERS, of="account"),
    "admin:customer_success_account_close": door(get=MOVERS, post=MOVERS, of="account"),
    **pages("customer_success_successprofile", see=ALL, edit=MOVERS, of="account"),
    "admin:customer_success_successprofile_to_account": door(get=ALL, of="account"),
    **pages("customer_success_successmetrics", see=ALL, add=MOVERS, edit=MOVERS, of="metrics"),
    **pages("customer_success_customerhealth", see=ALL, edit=ALL, of="account"),  # a form changes nothing there
    "admin:customer_success_customerhealth_override": door(get=MOVERS, post=MOVERS, of="account"),
    "admin:customer_success_customerhealth_take_back": door(get=MOVERS, post=MOVERS, of="account"),
    **pages("customer_success_healthalert", see=ALL, of="alert"),
    "admin:customer_success_healthalert_*": door(get=MOVERS, post=MOVERS, of="alert"),
    **pages("customer_success_scorecard", see=ALL, add=ADMINS, edit=ADMINS, at="scorecard"),  # of one in force
    "admin:customer_success_scorecard_write": door(get=ADMINS, at="scorecard"),
    "admin:customer_success_scorecard_score": door(get=ADMINS, post=ADMINS, at="scorecard"),
    "admin:customer_success_scorecard_goodness": door(get=TRIERS, at="scorecard"),
    **pages("customer_success_scorecardversion", see=ALL, edit=ALL, at="version"),
    "admin:customer_success_scorecardversion_add": door(get=ADMINS, query={"scorecard": "{scorecard}"}),
    "admin:customer_success_scorecardversion_distribution": door(post=TRIERS),
    "admin:customer_success_scorecardversion_*": door(get=ADMINS, post=ADMINS, at="version"),
    **pages("customer_success_successplan", see=ALL, add=MOVERS, edit=ALL, of="plan"),  # a form changes nothing there
    "admin:customer_success_successplan_edit": door(get=MOVERS, post=MOVERS, of="plan"),
    "admin:customer_success_successplan_sections": door(get=MOVERS, post=MOVERS, of="plan"),
    "admin:customer_success_successplan_move": door(get=MOVERS, post=MOVERS, of="plan"),
    "admin:customer_success_successplan_add_milestone": door(get=MOVERS, post=MOVERS, of="plan"),
    "admin:customer_success_successplan_milestone": door(get=MOVERS, post=MOVERS, of="milestone"),
    "admin:customer_success_successplan_complete": door(post=MOVERS, of="milestone"),
    "admin:customer_success_successplan_share": door(get=MOVERS, post=MOVERS, of="plan"),
    "admin:customer_success_successplan_revoke": door(post=MOVERS, of="share"),
    **pages("customer_success_plantemplate", see=ALL, add=ADMINS, edit=ADMINS, at="template"),
    **pages("customer_success_businessreview", see=ALL, add=MOVERS, of="review"),
    "admin:customer_success_businessreview_prepare": door(post=MOVERS, of="review"),
    "admin:customer_success_businessreview_print": door(get=ALL, of="review"),
    "admin:customer_success_businessreview_*": door(get=MOVERS, post=MOVERS, of="review"),
    **pages("customer_success_advocacyactivity", see=ALL, add=MOVERS, edit=MOVERS, of="activity"),
    "admin:customer_success_advocacyactivity_ready": door(get=ALL),
    "admin:customer_success_advocacyactivity_story": door(get=ALL, post=MOVERS, of="activity"),
    "admin:customer_success_advocacyactivity_*": door(get=MOVERS, post=MOVERS, of="activity"),
    **pages("customer_success_advocacypolicy", see=ALL, edit=ADMINS, at="advocacypolicy"),
    **pages("customer_success_expansionopportunity", see=ALL, of="opportunity"),
    "admin:customer_success_expansionopportunity_*": door(get=MOVERS, post=MOVERS, of="opportunity"),
    **pages("customer_success_task", see=ALL, add=MOVERS, edit=ALL, of="task"),  # a form changes nothing there
    "admin:customer_success_my_day": door(get=ALL, query={"whose": "team"}),
    "admin:customer_success_task_step": door(get=MOVERS, post=MOVERS, of="task", address={"name": "drop"}),
    **pages("customer_success_taskrule", see=ALL, add=ADMINS, edit=ADMINS, at="taskrule"),
    **pages("customer_success_tierpolicy", see=ALL, add=ADMINS, edit=ADMINS, at="tierpolicy"),
    **pages("customer_success_handover", see=ALL, of="handover"),
    "admin:customer_success_handover_portfolios": door(get=ALL),
    "admin:customer_success_handover_balance": door(get=ADMINS, post=ADMINS),
    "admin:customer_success_handover_hand_over": door(get=LEADS, post=LEADS, of="customer"),
}

_CAMPAIGN_LOG = {
    **pages("campaigns_delivery", see=ALL, edit=ALL, of="delivery"),
    "admin:campaigns_delivery_uncertain": door(get=ALL),
    "admin:campaigns_delivery_mailbox": door(get=TRIERS),  # who sees everybody
    "admin:campaigns_delivery_mail": door(get=TRIERS, address={"name": "20260302T090000.000000Z-0123abcd"}),
    "admin:campaigns_delivery_settle": door(get=WRITERS, post=WRITERS, of="uncertain", address={"way": "sent"}),
    **pages("campaigns_enrollment", see=ALL, edit=ALL, of="enrollment"),  # a form changes nothing there
    "admin:campaigns_enrollment_take_out": door(get=WRITERS, post=WRITERS, of="enrollment"),
    "admin:campaigns_enrollment_calendar": door(get=ALL, of="customer"),
    **pages("campaigns_inappmessage", see=ALL, of="delivery"),
    **pages("campaigns_consententry", see=ALL, of="consent"),
    "admin:campaigns_consententry_customer": door(get=ALL, of="customer"),
    "admin:campaigns_consententry_say": door(get=WRITERS, post=WRITERS, of="customer"),
    **pages("campaigns_suppression", see=ALL, add=WRITERS, of="suppression"),
    "admin:campaigns_suppression_release": door(get=ADMINS, post=ADMINS, of="suppression"),
    **pages("campaigns_messagetemplate", see=ALL, add=WRITERS, edit=WRITERS, at="message"),
    "admin:campaigns_messagetemplate_add_text": door(get=WRITERS, post=WRITERS, at="message"),
    "admin:campaigns_messagetemplate_text": door(get=ALL, post=ALL, at="message", address={"language": "en"}),
    "admin:campaigns_messagetemplate_preview": door(post=ALL, at="message"),
    **pages("campaigns_topic", see=ALL, add=WRITERS, edit=WRITERS, at="topic"),
    **pages("campaigns_frequencycap", see=ALL, add=ADMINS, edit=ADMINS, delete=ADMINS, at="cap"),
    **pages("campaigns_quiethours", see=ALL, add=ALL, edit=ADMINS, at="quiethours"),  # leads to those there are
    **pages("campaigns_sendingswitch", see=ALL, at="sendingswitch"),
    "admin:campaigns_sendingswitch_turn": door(get=ADMINS, post=ADMINS, address={"channel": "email"}),
    **pages("campaigns_webhookendpoint", see=ALL, add=ADMINS, edit=ADMINS, at="endpoint"),
    "admin:campaigns_webhookendpoint_*": door(get=ADMINS, post=ADMINS, at="endpoint"),
}

_CUSTOMER_SUCCESS_API = {
    "api-accounts": door(get=ALL, post=MOVERS, shows=ALL),
    "api-account": door(get=ALL, put=MOVERS, patch=MOVERS, delete=MOVERS, of="account"),
    "api-success-profile": door(get=ALL, put=MOVERS, patch=MOVERS, of="account"),
    "api-health-scores": door(get=ALL, post=MOVERS, of="account"),
    "api-calculate-health": door(post=MOVERS, of="account"),
    "api-success-plans": door(get=ALL, post=MOVERS, of="account"),
    "api-success-plan": door(get=ALL, put=MOVERS, of="plan"),
    "api-milestones": door(post=MOVERS, of="plan"),
    "api-milestone": door(put=MOVERS, of="milestone"),
    "api-business-reviews": door(get=ALL, post=MOVERS, of="account"),
    "api-business-review": door(put=MOVERS, of="review"),
    "api-advocacy-activities": door(get=ALL, post=MOVERS, of="account"),
    "api-advocacy-activity": door(put=MOVERS, of="activity"),
    "api-success-statistics": door(get=ALL),
    "api-onboarding-metrics": door(get=ALL),
    "api-advocacy-metrics": door(get=ALL),
    "api-expansion-opportunities": door(get=ALL, shows=ALL),
    "api-health-alerts": door(get=ALL, shows=ALL),
    "api-health-alert-*": door(post=MOVERS, of="alert"),
    "api-scorecard-goodness": door(get=TRIERS, at="scorecard"),
}

_CAMPAIGNS_API = {
    "api-campaigns": door(get=ALL, post=WRITERS),
    "api-campaigns-validate": door(post=ALL),
    "api-campaign": door(get=ALL, patch=WRITERS, at="campaign"),
    "api-campaign-draft": door(put=WRITERS, delete=WRITERS, at="campaign"),
    "api-campaign-*": door(post=WRITERS, at="campaign"),
    "api-segments": door(get=ALL, post=WRITERS),
    "api-segment": door(get=ALL, patch=WRITERS, delete=ADMINS, at="segment"),
    "api-topics": door(get=ALL),
    "api-enrollments": door(get=ALL, shows=ALL),
    "api-enrollment": door(get=ALL, of="enrollment"),
    "api-enrollment-take-out": door(post=WRITERS, of="enrollment"),
    "api-deliveries": door(get=ALL, shows=ALL),
    "api-delivery": door(get=ALL, of="delivery"),
    "api-delivery-resolve": door(post=WRITERS, of="delivery"),
    "api-templates": door(get=ALL),
    "api-template": door(get=ALL, at="message"),
    "api-template-text": door(put=WRITERS, at="message", address={"language": "en"}),
    "api-template-render": door(post=ALL, at="message"),
    "api-customer-calendar": door(get=ALL, of="customer"),
    "api-preferences": door(get=ALL, post=WRITERS, of="customer"),
    "api-consents": door(get=ALL, of="customer"),
    "api-suppressions": door(get=ALL, post=WRITERS, shows=ALL),
    "api-suppression-release": door(post=ADMINS, of="suppression"),
    "api-sending-switches": door(get=ALL),
    "api-sending-switch": door(put=ADMINS, address={"channel": "email"}),
    "api-in-app-messages": door(get=WRITERS, query={"external_id": "Zz-orphan"}),  # to fetch leaves a mark
    "api-in-app-acknowledge": door(post=WRITERS, of="in_app"),
    "api-receipts": door(post=NOBODY),  # whoever signs; tests/campaigns/test_receipts_api.py
    "api-anymail-tracking": door(post=NOBODY, address={"provider": "postmark"}),  # whoever knows the secret
}

_API = {
    "api-login": door(post=EVERYONE),
    "api-logout": door(post=NOBODY),  # with a token alone; tests/api/test_access.py
    "api-schema": door(get=EVERYONE),
    "api-docs": door(get=EVERYONE),
    "api-customers": door(get=ALL, shows=ALL),
    "api-customer": door(get=ALL, of="customer"),
    "api-status-tags": door(get=ALL, post=MOVERS, of="customer"),
    "api-explain": door(get=ALL, of="customer"),
    "api-pin": door(post=MOVERS, delete=MOVERS, of="customer"),
    "api-customer-days": door(get=ALL, of="customer"),
    "api-customer-transitions": door(get=ALL, of="customer"),
    "api-transitions": door(get=ALL, shows=ALL),
    "api-recommendations": door(get=ALL, shows=ALL),
    "api-recommendation": door(get=ALL, of="recommendation"),
    "api-approve": door(post=MOVERS, of="recommendation"),
    "api-reject": door(post=MOVERS, of="recommendation"),
    "api-snooze": door(post=MOVERS, of="recommendation"),
    "api-rollbacks": door(get=ALL, post=ADMINS),
    "api-rollback-preview": door(post=ALL),
    "api-backtests": door(get=ALL, post=TRIERS),
    "api-backtest": door(get=ALL, at="backtest", shows=ALL),
    "api-evaluations": door(get=ALL),
    "api-rules": door(get=ALL, post=WRITERS),
    "api-rules-lint": door(get=ALL),
    "api-rules-validate": door(post=ALL),
    "api-rule": door(get=ALL, put=WRITERS, patch=WRITERS, delete=WRITERS, at="draft"),
    "api-rule-impact": door(get=ALL, at="draft"),
    "api-rule-shadow": door(get=ALL, post=WRITERS, at="shadow", shows=ALL),
    "api-rule-publish": door(post=WRITERS, at="draft"),
    "api-rule-retire": door(post=WRITERS, at="draft"),
    "api-metrics": door(get=ALL),
    "api-lifecycles": door(get=ALL),
    "api-events": door(post=ADMINS),
}

TABLE: dict[str, Door] = {
    **_ADMIN,
    **_LIFECYCLE,
    **_CAMPAIGNS,
    **_CAMPAIGN_LOG,
    **_CAMPAIGNS_API,
    **_CUSTOMER_SUCCESS,
    **_CUSTOMER_SUCCESS_API,
    **_API,
    **DASHBOARDS,
}
