from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "Campaigns"

    def ready(self) -> None:
        from campaigns.channels.webhook import WebhookPort  # noqa: PLC0415  models are not there earlier
        from campaigns.engine.builtin import register_builtin  # noqa: PLC0415  models are not there earlier
        from campaigns.engine.endpoints import StoredEndpoints  # noqa: PLC0415  models are not there earlier
        from campaigns.engine.forgetting import erase  # noqa: PLC0415  models are not there earlier
        from lifecycle.engine.erasing import register_floor  # noqa: PLC0415  models are not there earlier

        WebhookPort.endpoints = StoredEndpoints()
        register_builtin()
        register_floor(erase)
