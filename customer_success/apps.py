from django.apps import AppConfig


class CustomerSuccessConfig(AppConfig):
    name = "customer_success"
    verbose_name = "Customer success"

    def ready(self) -> None:
        from customer_success.engine.erasing import erase  # noqa: PLC0415  models are not there earlier
        from lifecycle.engine.erasing import register_floor  # noqa: PLC0415  models are not there earlier

        register_floor(erase)
