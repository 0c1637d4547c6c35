from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "Campaigns"

    def ready(self) -> None:
        from campaigns.channels.webhook import WebhookPort  # noqa: PLC0415  models can be imported from here on
        from campaigns.engine.builtin import register_builtin  # noqa: PLC0415
        from campaigns.engine.endpoints import StoredEndpoints  # noqa: PLC0415

        register_builtin()
        WebhookPort.endpoints = StoredEndpoints()
