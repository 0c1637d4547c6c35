"""How the OpenAPI schema is written, and what it calls the lists of choices that it shows."""

from typing import Any

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Tenure",
    "DESCRIPTION": "Customers, what they did, which state they are in, and why.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "lifecycle.api.schema.add_probes",
    ],
    "ENUM_NAME_OVERRIDES": {  # component of the schema -> the choices it lists
        **{
            name: f"customer_success.models.{name}"
            for name in (
                "AdvocacyStatus",
                "AdvocacyType",
                "AlertKind",
                "AlertState",
                "BusinessReviewType",
                "CustomerStatus",
                "CustomerTier",
                "ExpansionKind",
                "ExpansionStatus",
                "HealthLevel",
                "HealthTrend",
                "Judgement",
                "MilestoneStatus",
                "OnboardingStatus",
                "ReviewStatus",
                "ScoreSource",
                "StakeholderRole",
                "SuccessPlanStatus",
                "SuccessPlanType",
                "TaskState",
            )
        },
        **{
            name: f"campaigns.models.{name}"
            for name in ("CampaignState", "DeliveryState", "EnrollmentState", "ReceiptKind", "RunState", "VersionState")
        },
        **{
            name: f"lifecycle.models.{name}"
            for name in ("BacktestState", "EvaluationState", "RecommendationState", "ReviewReason", "RuleState")
        },
        "RiskOrPriority": "customer_success.models.ChurnRiskLevel",  # MilestonePriority has the same words
        "MigrationStatus": "customer_success.models.DataMigrationStatus",  # and IntegrationStatus has
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
