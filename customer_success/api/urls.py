"""Paths of the customer success API, as spec 3 lists them. One list a matter, each beside its views."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import accounts, advocacy, alerts, expansion, goodness, health, plans, profile, reviews, statistics

urlpatterns: list[URLPattern] = [
    path("customers", accounts.AccountList.as_view(), name="api-accounts"),
    path("customers/<int:id>", accounts.AccountDetail.as_view(), name="api-account"),
    path("customers/<int:id>/profile", profile.Profile.as_view(), name="api-success-profile"),
    path("statistics", statistics.StatisticsView.as_view(), name="api-success-statistics"),
    path("onboarding-metrics", statistics.OnboardingMetricsView.as_view(), name="api-onboarding-metrics"),
    path("customers/<int:id>/health-scores", health.HealthScores.as_view(), name="api-health-scores"),
    path(
        "customers/<int:id>/health-scores/calculate", health.CalculateHealthScore.as_view(), name="api-calculate-health"
    ),
    path("customers/<int:id>/success-plans", plans.CustomerPlans.as_view(), name="api-success-plans"),
    path("success-plans/<int:plan_id>", plans.PlanDetail.as_view(), name="api-success-plan"),
    path("success-plans/<int:plan_id>/milestones", plans.PlanMilestones.as_view(), name="api-milestones"),
    path(
        "success-plans/<int:plan_id>/milestones/<int:milestone_id>",
        plans.MilestoneDetail.as_view(),
        name="api-milestone",
    ),
    path("customers/<int:id>/business-reviews", reviews.CustomerReviews.as_view(), name="api-business-reviews"),
    path("business-reviews/<int:id>", reviews.ReviewDetail.as_view(), name="api-business-review"),
    path("customers/<int:id>/advocacy-activities", advocacy.ActivityList.as_view(), name="api-advocacy-activities"),
    path("advocacy-activities/<int:activity_id>", advocacy.ActivityDetail.as_view(), name="api-advocacy-activity"),
    path("advocacy-metrics", advocacy.AdvocacyMetricsView.as_view(), name="api-advocacy-metrics"),
    path("expansion-opportunities", expansion.ExpansionList.as_view(), name="api-expansion-opportunities"),
    path("health-alerts", alerts.HealthAlertList.as_view(), name="api-health-alerts"),
    path("health-alerts/<int:id>/acknowledge", alerts.Acknowledge.as_view(), name="api-health-alert-acknowledge"),
    path("health-alerts/<int:id>/snooze", alerts.Snooze.as_view(), name="api-health-alert-snooze"),
    path("health-alerts/<int:id>/resolve", alerts.Resolve.as_view(), name="api-health-alert-resolve"),
    path("scorecards/<int:id>/goodness", goodness.ScorecardGoodness.as_view(), name="api-scorecard-goodness"),
]
