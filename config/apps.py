from django.apps import AppConfig, apps

from config.celery import app as celery_app  # so that `.delay()` reaches our broker from the web and from commands, too

# Parts by others, under the names that our menu gives them.
APPS = {"knox": "Access", "pghistory": "Audit"}
MODELS = {"knox.AuthToken": ("API token", "API tokens"), "pghistory.Events": ("change", "changes")}


class ConfigConfig(AppConfig):
    name = "config"
    celery = celery_app

    def ready(self) -> None:
        for label, name in APPS.items():
            apps.get_app_config(label).verbose_name = name
        for label, (one, many) in MODELS.items():
            meta = apps.get_model(label)._meta
            meta.verbose_name, meta.verbose_name_plural = one, many
