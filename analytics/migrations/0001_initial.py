import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '__first__'),
        ('lifecycle', '0002_groups'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('as_of', models.DateTimeField(help_text='The figures tell what was so at this instant.')),
                ('taken_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('-day',),
            },
        ),
        migrations.CreateModel(
            name='KpiTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(editable=False, max_length=60, unique=True)),
                ('target', models.DecimalField(blank=True, decimal_places=4, help_text='Empty: there is none, and it is not judged.', max_digits=19, null=True)),
                ('owner', models.ForeignKey(blank=True, help_text='Who answers for it.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'KPI target',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='KpiTargetEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.SlugField(db_index=False, editable=False, max_length=60)),
                ('target', models.DecimalField(blank=True, decimal_places=4, help_text='Empty: there is none, and it is not judged.', max_digits=19, null=True)),
                ('owner', models.ForeignKey(blank=True, db_constraint=False, help_text='Who answers for it.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='analytics.kpitarget')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Figure',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('report', models.CharField(max_length=60)),
                ('part', models.CharField(blank=True, max_length=200)),
                ('value', models.DecimalField(decimal_places=6, max_digits=24, null=True)),
                ('n', models.PositiveBigIntegerField(default=0)),
                ('lifecycle', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lifecycle.lifecycle')),
                ('snapshot', models.ForeignKey(db_column='day', on_delete=django.db.models.deletion.CASCADE, related_name='figures', to='analytics.snapshot')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('report', 'lifecycle', 'part', 'snapshot'), name='figure_once_a_day', nulls_distinct=False)],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='kpitarget',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "analytics_kpitargetevent" ("code", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "target") VALUES (NEW."code", NEW."id", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."target"); RETURN NULL;', hash='5fe04525c4e42f32b1ccdac5cbb7589b61c60f04', operation='INSERT', pgid='pgtrigger_insert_insert_332fe', table='analytics_kpitarget', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='kpitarget',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "analytics_kpitargetevent" ("code", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "target") VALUES (NEW."code", NEW."id", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."target"); RETURN NULL;', hash='61a342ee5aa29445f7489318bee7f0f630a3da02', operation='UPDATE', pgid='pgtrigger_update_update_cd05d', table='analytics_kpitarget', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='kpitarget',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "analytics_kpitargetevent" ("code", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "target") VALUES (OLD."code", OLD."id", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."target"); RETURN NULL;', hash='5744b62fb40c0aad58f9709a22286f7ea6e471ec', operation='DELETE', pgid='pgtrigger_delete_delete_15adf', table='analytics_kpitarget', when='AFTER')),
        ),
    ]
