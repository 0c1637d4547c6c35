"""Who sees the dashboards, and who sets targets."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SEEING = ("Success manager", "Success lead", "Marketer", "Analyst")


def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    config = apps.get_app_config("analytics")
    # Permissions are made after all migrations; these need theirs now.
    config.models_module = True  # type: ignore[assignment]
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    groups, permissions = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    own = permissions.objects.filter(content_type__app_label="analytics")
    for name in SEEING:
        groups.objects.get(name=name).permissions.add(*own.filter(codename__in=("view_snapshot", "view_kpitarget")))
    groups.objects.get(name="Administrator").permissions.add(*own)


class Migration(migrations.Migration):
    dependencies = (("analytics", "0001_initial"), ("campaigns", "0002_groups"))

    operations = (migrations.RunPython(create, migrations.RunPython.noop),)
