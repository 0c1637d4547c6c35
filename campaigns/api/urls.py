"""Paths of the campaign API, below ``/api/v1/``. One list a matter, each beside its views."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import (
    anymail,
    campaign_steps,
    campaigns,
    contact,
    deliveries,
    enrollments,
    in_app,
    receipts,
    segments,
    templates,
)

urlpatterns: list[URLPattern] = [
    path("campaigns", campaigns.CampaignList.as_view(), name="api-campaigns"),
    path("campaigns/<int:id>", campaigns.CampaignDetail.as_view(), name="api-campaign"),
    path("campaigns/<int:id>/draft", campaigns.CampaignDraft.as_view(), name="api-campaign-draft"),
    path("campaigns/<int:id>/submit", campaign_steps.Submit.as_view(), name="api-campaign-submit"),
    path("campaigns/<int:id>/take-back", campaign_steps.TakeBack.as_view(), name="api-campaign-take-back"),
    path("campaigns/<int:id>/publish", campaign_steps.Publish.as_view(), name="api-campaign-publish"),
    path("campaigns/<int:id>/switch-on", campaign_steps.SwitchOn.as_view(), name="api-campaign-switch-on"),
    path("campaigns/<int:id>/pause", campaign_steps.Pause.as_view(), name="api-campaign-pause"),
    path("campaigns/<int:id>/resume", campaign_steps.ResumeCampaign.as_view(), name="api-campaign-resume"),
    path("campaigns/<int:id>/end", campaign_steps.End.as_view(), name="api-campaign-end"),
    path("campaigns/<int:id>/switch-off", campaign_steps.SwitchOff.as_view(), name="api-campaign-switch-off"),
    path("campaigns/<int:id>/enrollments", enrollments.CampaignEnrollments.as_view(), name="api-campaign-enrollments"),
    path("campaigns/customers/<int:id>/calendar", enrollments.CustomerCalendar.as_view(), name="api-customer-calendar"),
    path("campaigns/customers/<int:id>/preferences", contact.Preferences.as_view(), name="api-preferences"),
    path("campaigns/customers/<int:id>/consents", contact.ConsentHistory.as_view(), name="api-consents"),
    path("campaigns/validate", campaigns.CampaignValidation.as_view(), name="api-campaigns-validate"),
    path("campaigns/segments", segments.SegmentList.as_view(), name="api-segments"),
    path("campaigns/segments/<int:id>", segments.SegmentDetail.as_view(), name="api-segment"),
    path("campaigns/topics", segments.TopicList.as_view(), name="api-topics"),
    path("campaigns/enrollments", enrollments.EnrollmentList.as_view(), name="api-enrollments"),
    path("campaigns/enrollments/<int:id>", enrollments.EnrollmentDetail.as_view(), name="api-enrollment"),
    path("campaigns/enrollments/<int:id>/take-out", enrollments.TakeOut.as_view(), name="api-enrollment-take-out"),
    path("campaigns/deliveries", deliveries.DeliveryList.as_view(), name="api-deliveries"),
    path("campaigns/deliveries/<int:id>", deliveries.DeliveryDetail.as_view(), name="api-delivery"),
    path("campaigns/deliveries/<int:id>/resolve", deliveries.ResolveDelivery.as_view(), name="api-delivery-resolve"),
    path("campaigns/templates", templates.TemplateList.as_view(), name="api-templates"),
    path("campaigns/templates/<int:id>", templates.TemplateDetail.as_view(), name="api-template"),
    path(
        "campaigns/templates/<int:id>/texts/<str:language>",
        templates.TemplateLanguage.as_view(),
        name="api-template-text",
    ),
    path("campaigns/templates/<int:id>/render", templates.RenderTemplate.as_view(), name="api-template-render"),
    path("campaigns/suppressions", contact.SuppressionList.as_view(), name="api-suppressions"),
    path(
        "campaigns/suppressions/<int:id>/release", contact.ReleaseSuppression.as_view(), name="api-suppression-release"
    ),
    path("campaigns/sending-switches", contact.SwitchList.as_view(), name="api-sending-switches"),
    path("campaigns/sending-switches/<str:channel>", contact.Switch.as_view(), name="api-sending-switch"),
    path("campaigns/in-app-messages", in_app.InAppMessages.as_view(), name="api-in-app-messages"),
    path(
        "campaigns/in-app-messages/<uuid:id>/acknowledge",
        in_app.AcknowledgeInApp.as_view(),
        name="api-in-app-acknowledge",
    ),
    path("campaigns/receipts", receipts.Receipts.as_view(), name="api-receipts"),
    path("campaigns/anymail/<slug:provider>/tracking", anymail.Tracking.as_view(), name="api-anymail-tracking"),
]
