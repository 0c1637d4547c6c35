"""Paths of the customer success API, as spec 3 lists them. One list a matter, each beside its views."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import plans

urlpatterns: list[URLPattern] = [
    path("customers/<int:id>/success-plans", plans.CustomerPlans.as_view(), name="cs-success-plans"),
    path("success-plans/<int:plan_id>", plans.PlanDetail.as_view(), name="cs-success-plan"),
    path("success-plans/<int:plan_id>/milestones", plans.PlanMilestones.as_view(), name="cs-milestones"),
    path(
        "success-plans/<int:plan_id>/milestones/<int:milestone_id>",
        plans.MilestoneDetail.as_view(),
        name="cs-milestone",
    ),
]
