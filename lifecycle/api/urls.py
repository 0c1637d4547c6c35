"""Paths of the API, without slashes at their ends as in the specs."""

from __future__ import annotations

from django.urls import path, re_path

from .views import (
    auth,
    backtests,
    customers,
    evaluations,
    events,
    pages,
    recommendations,
    rollbacks,
    rule_steps,
    rules,
    status_tags,
    transitions,
)

urlpatterns = [
    path("auth/login", auth.Login.as_view(), name="api-login"),
    path("auth/logout", auth.Logout.as_view(), name="api-logout"),
    path("customers", customers.CustomerList.as_view(), name="api-customers"),
    path("customers/<int:id>", customers.CustomerDetail.as_view(), name="api-customer"),
    path("customers/<int:id>/status-tags", status_tags.StatusTags.as_view(), name="api-status-tags"),
    path("customers/<int:id>/status-tags/explain", status_tags.Explain.as_view(), name="api-explain"),
    path("customers/<int:id>/status-tags/pin", status_tags.PinView.as_view(), name="api-pin"),
    path("customers/<int:id>/days", customers.CustomerDays.as_view(), name="api-customer-days"),
    path("customers/<int:id>/transitions", customers.CustomerTransitions.as_view(), name="api-customer-transitions"),
    path("transitions", transitions.TransitionList.as_view(), name="api-transitions"),
    path("recommendations", recommendations.RecommendationList.as_view(), name="api-recommendations"),
    path("recommendations/<int:id>", recommendations.RecommendationDetail.as_view(), name="api-recommendation"),
    path("recommendations/<int:id>/approve", recommendations.Approve.as_view(), name="api-approve"),
    path("recommendations/<int:id>/reject", recommendations.Reject.as_view(), name="api-reject"),
    path("recommendations/<int:id>/snooze", recommendations.Snooze.as_view(), name="api-snooze"),
    path("backtests", backtests.BacktestList.as_view(), name="api-backtests"),
    path("backtests/<int:id>", backtests.BacktestDetail.as_view(), name="api-backtest"),
    path("rollbacks", rollbacks.RollbackList.as_view(), name="api-rollbacks"),
    path("rollbacks/preview", rollbacks.RollbackPreview.as_view(), name="api-rollback-preview"),
    path("evaluations", evaluations.EvaluationList.as_view(), name="api-evaluations"),
    path("rules", rules.RuleList.as_view(), name="api-rules"),
    path("rules/lint", rule_steps.RuleFindings.as_view(), name="api-rules-lint"),
    path("rules/validate", rule_steps.RuleValidation.as_view(), name="api-rules-validate"),
    path("rules/<int:id>", rules.RuleDetail.as_view(), name="api-rule"),
    path("rules/<int:id>/impact", rule_steps.RuleImpact.as_view(), name="api-rule-impact"),
    path("rules/<int:id>/shadow", rule_steps.Shadow.as_view(), name="api-rule-shadow"),
    path("rules/<int:id>/publish", rule_steps.Publish.as_view(), name="api-rule-publish"),
    path("rules/<int:id>/retire", rule_steps.Retire.as_view(), name="api-rule-retire"),
    path("metrics", rules.MetricList.as_view(), name="api-metrics"),
    path("lifecycles", rules.LifecycleList.as_view(), name="api-lifecycles"),
    path("events", events.Events.as_view(), name="api-events"),
    path("schema", pages.Schema.as_view(), name="api-schema"),
    path("docs", pages.Docs.as_view(), name="api-docs"),
    re_path(r"", pages.Nothing.as_view()),
]
