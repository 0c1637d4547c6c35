from django.apps import AppConfig

from config.celery import app as celery_app  # so that `.delay()` reaches our broker from the web and from commands, too


class ConfigConfig(AppConfig):
    name = "config"
    celery = celery_app
