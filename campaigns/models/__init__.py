from .campaign import (
    Campaign,
    CampaignEntry,
    CampaignState,
    CampaignVersion,
    MessageClass,
    Segment,
    TriggerKind,
    VersionState,
)
from .contact import (
    AddressConsent,
    Consent,
    ConsentEntry,
    ConsentSource,
    FrequencyCap,
    OnExcess,
    QuietHours,
    SendingSwitch,
    Suppression,
    SuppressionReason,
    Topic,
    WebhookEndpoint,
)
from .delivery import Breaker, Channel, Delivery, DeliveryState, InAppMessage, Receipt, ReceiptKind, SkipReason
from .enrollment import ConditionMet, EndReason, Enrollment, EnrollmentState, RunState, StepRun
from .template import MessageTemplate, TemplateText

__all__ = [
    "AddressConsent", "Breaker", "Campaign", "CampaignEntry", "CampaignState", "CampaignVersion", "Channel",
    "ConditionMet", "Consent", "ConsentEntry", "ConsentSource", "Delivery", "DeliveryState", "EndReason",
    "Enrollment", "EnrollmentState", "FrequencyCap", "InAppMessage", "MessageClass", "MessageTemplate", "OnExcess",
    "QuietHours", "Receipt", "ReceiptKind", "RunState", "Segment", "SendingSwitch", "SkipReason", "StepRun",
    "Suppression", "SuppressionReason", "TemplateText", "Topic", "TriggerKind", "VersionState", "WebhookEndpoint",
]  # fmt: skip
