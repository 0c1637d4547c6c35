"""What the groups of people may do with the success program, and the group of those who lead a team."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

# What an administrator sets up; the others look at it.
SET_UP = (
    "advocacypolicy", "plantemplate", "scorecard", "scorecardversion", "scoring", "taskrule", "templatemilestone",
    "tierpolicy",
)  # fmt: skip


def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    config = apps.get_app_config("customer_success")
    # Permissions are made after all migrations; these need theirs now.
    config.models_module = True  # type: ignore[assignment]
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    groups, permissions = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    own = permissions.objects.filter(content_type__app_label="customer_success")
    seeing = own.filter(codename__startswith="view_")
    is_set_up = Q()
    for model in SET_UP:
        is_set_up |= Q(codename__endswith=f"_{model}")
    working = own.exclude(is_set_up).exclude(codename__startswith="delete_")
    manager, lead = groups.objects.get(name="Success manager"), groups.objects.create(name="Success lead")
    lead.permissions.add(*manager.permissions.all(), permissions.objects.get(codename="assign_customer"))
    for group in (manager, lead):
        group.permissions.add(*seeing, *working, own.get(codename="delete_account"))  # which closes it
    for name in ("Marketer", "Analyst"):
        groups.objects.get(name=name).permissions.add(*seeing)
    groups.objects.get(name="Administrator").permissions.add(*own)


class Migration(migrations.Migration):
    dependencies = (("customer_success", "0001_initial"), ("lifecycle", "0002_groups"))

    operations = (migrations.RunPython(create, migrations.RunPython.noop),)
