from django.apps import AppConfig


class CustomerSuccessConfig(AppConfig):
    name = "customer_success"
    verbose_name = "Customer success"
