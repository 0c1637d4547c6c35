from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "Campaigns"

    def ready(self) -> None:
        from campaigns.engine.builtin import register_builtin  # noqa: PLC0415  models are not there earlier

        register_builtin()
