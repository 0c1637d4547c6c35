"""What several reports ask, as functions that the planner writes out in their statements."""

from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "functions"


class Migration(migrations.Migration):
    dependencies = (("analytics", "0002_groups"),)

    # Some call others; which is made first then does not matter.
    operations = (
        migrations.RunSQL("SET LOCAL check_function_bodies = off", migrations.RunSQL.noop),
        *(
            migrations.RunSQL(path.read_text(), f"DROP FUNCTION IF EXISTS {path.stem}")
            for path in sorted(FOLDER.glob("*.sql"))
        ),
    )
