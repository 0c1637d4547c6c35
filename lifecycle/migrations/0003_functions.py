"""What statements of several floors ask, as functions that the planner writes out in them."""

from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "functions"


class Migration(migrations.Migration):
    dependencies = (("lifecycle", "0002_groups"),)

    operations = tuple(
        migrations.RunSQL(path.read_text(), f"DROP FUNCTION IF EXISTS {path.stem}")
        for path in sorted(FOLDER.glob("*.sql"))
    )
