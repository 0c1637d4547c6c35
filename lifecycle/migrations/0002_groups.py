"""Who may do what: the four groups of people. Later apps add what they bring."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_SEE = (
    "view_customer", "view_event", "view_transition", "view_recommendation", "view_evaluation", "view_lifecycle",
    "view_statustag", "view_transitionrule", "view_notice", "view_feed", "view_switch",
    "view_synergy", "view_rollback", "view_backtestrun", "view_historycheck",
)  # fmt: skip
GROUPS = {
    "Success manager": (*_SEE, "add_transition", "change_recommendation", "change_notice"),
    "Marketer": (*_SEE, "view_every_customer", "add_backtestrun", "add_transitionrule", "change_transitionrule", "delete_transitionrule"),
    "Analyst": (*_SEE, "view_every_customer", "add_backtestrun"),
    "Administrator": None,  # everything of this app
}


def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    for label in ("auth", "lifecycle"):
        config = apps.get_app_config(label)
        # Permissions are made after all migrations; these need theirs now.
        config.models_module = True  # type: ignore[assignment]
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    groups, permissions = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    own = permissions.objects.filter(content_type__app_label="lifecycle")
    for name, codenames in GROUPS.items():
        group, _ = groups.objects.get_or_create(name=name)
        group.permissions.add(*(own if codenames is None else own.filter(codename__in=codenames)))
    users = permissions.objects.get(content_type__app_label="auth", codename="view_user")
    groups.objects.get(name="Administrator").permissions.add(users)  # who puts people into teams finds them


class Migration(migrations.Migration):
    dependencies = (
        ("lifecycle", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    )

    operations = (migrations.RunPython(create, migrations.RunPython.noop),)
