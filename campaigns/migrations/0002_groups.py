"""What the groups of people may do with campaigns."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

# What an administrator sets up; the others look at it.
SET_UP = ("frequencycap", "quiethours", "sendingswitch", "webhookendpoint")


def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    config = apps.get_app_config("campaigns")
    # Permissions are made after all migrations; these need theirs now.
    config.models_module = True  # type: ignore[assignment]
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    groups, permissions = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    own = permissions.objects.filter(content_type__app_label="campaigns")
    seeing = own.filter(codename__startswith="view_")
    writing = own.exclude(Q(codename__startswith="delete_") | Q(content_type__model__in=SET_UP))
    for name, may in (
        ("Administrator", own),
        ("Marketer", seeing | writing),
        ("Success lead", seeing),
        ("Success manager", seeing),
        ("Analyst", seeing),
    ):
        if group := groups.objects.filter(name=name).first():
            group.permissions.add(*may)


class Migration(migrations.Migration):
    dependencies = (("campaigns", "0001_initial"), ("customer_success", "0002_groups"), ("lifecycle", "0002_groups"))
    operations = (migrations.RunPython(create, migrations.RunPython.noop),)
