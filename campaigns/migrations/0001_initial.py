import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
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
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('description', models.CharField(blank=True, help_text='What customers read on their preferences.', max_length=200)),
                ('is_opt_in', models.BooleanField(default=False, help_text='Only customers who said yes get it; otherwise all who did not say no.', verbose_name='asks first')),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ('position', 'id'),
            },
        ),
        migrations.CreateModel(
            name='AddressConsent',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64)),
                ('is_given', models.BooleanField()),
                ('changed_at', models.DateTimeField()),
                ('topic', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campaigns.topic')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('digest', 'topic'), name='address_consent_latest', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Breaker',
            fields=[
                ('channel', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('open_until', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('description', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('off', 'Off'), ('live', 'Live'), ('paused', 'Paused'), ('ending', 'Ending')], default='off', editable=False, max_length=10)),
                ('state_reason', models.CharField(blank=True, editable=False, max_length=500)),
                ('state_at', models.DateTimeField(editable=False, null=True)),
                ('state_before', models.CharField(blank=True, choices=[('off', 'Off'), ('live', 'Live'), ('paused', 'Paused'), ('ending', 'Ending')], editable=False, help_text='What a pause goes back to.', max_length=10)),
            ],
            options={
                'ordering': ('name', 'id'),
            },
        ),
        migrations.CreateModel(
            name='CampaignEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('did', models.CharField(max_length=200)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='campaigns.campaign')),
            ],
            options={
                'verbose_name_plural': 'campaign entries',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='CampaignEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('key', models.SlugField(db_index=False, max_length=60)),
                ('name', models.CharField(max_length=120)),
                ('description', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('off', 'Off'), ('live', 'Live'), ('paused', 'Paused'), ('ending', 'Ending')], default='off', editable=False, max_length=10)),
                ('state_reason', models.CharField(blank=True, editable=False, max_length=500)),
                ('state_at', models.DateTimeField(editable=False, null=True)),
                ('state_before', models.CharField(blank=True, choices=[('off', 'Off'), ('live', 'Live'), ('paused', 'Paused'), ('ending', 'Ending')], editable=False, help_text='What a pause goes back to.', max_length=10)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='campaigns.campaign')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CampaignVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('live', 'Live'), ('retired', 'Retired')], default='draft', max_length=10)),
                ('definition', models.JSONField()),
                ('priority', models.PositiveSmallIntegerField(default=50, help_text='The lower number comes first.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)])),
                ('trigger_kind', models.CharField(choices=[('entered_tag', 'Entered a tag'), ('left_tag', 'Left a tag'), ('event', 'An event'), ('metric', 'A condition becomes true'), ('date', 'A date of the customer'), ('schedule', 'A schedule over a segment')], max_length=20)),
                ('trigger_event', models.CharField(max_length=80, null=True)),
                ('looked_at', models.DateTimeField(help_text='Until when its dates, schedule or condition were looked at.', null=True)),
                ('audience', models.PositiveIntegerField(help_text='How many a month it was expected to reach.', null=True)),
                ('written_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='campaigns.campaign')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('trigger_tag', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lifecycle.statustag')),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('campaign', '-number'),
                'permissions': (('publish_campaign', 'Can publish, pause and resume campaigns'),),
                'constraints': [models.UniqueConstraint(fields=('campaign', 'number'), name='campaign_version_unique'), models.UniqueConstraint(condition=models.Q(('state', 'live')), fields=('campaign',), name='campaign_one_live'), models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'in_review'))), fields=('campaign',), name='campaign_one_draft')],
            },
        ),
        migrations.CreateModel(
            name='CampaignVersionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('live', 'Live'), ('retired', 'Retired')], default='draft', max_length=10)),
                ('definition', models.JSONField()),
                ('priority', models.PositiveSmallIntegerField(default=50, help_text='The lower number comes first.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)])),
                ('trigger_kind', models.CharField(choices=[('entered_tag', 'Entered a tag'), ('left_tag', 'Left a tag'), ('event', 'An event'), ('metric', 'A condition becomes true'), ('date', 'A date of the customer'), ('schedule', 'A schedule over a segment')], max_length=20)),
                ('trigger_event', models.CharField(max_length=80, null=True)),
                ('written_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('campaign', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='campaigns.campaign')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='campaigns.campaignversion')),
                ('published_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('trigger_tag', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='lifecycle.statustag')),
                ('written_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ConditionMet',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lifecycle.customer')),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campaigns.campaignversion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('version', 'customer'), name='condition_met_unique')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('is_given', models.BooleanField()),
                ('changed_at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='lifecycle.customer')),
                ('topic', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campaigns.topic')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('customer', 'topic'), name='consent_latest', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Enrollment',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('occasion', models.CharField(max_length=80)),
                ('transition_id', models.BigIntegerField(help_text='The move that it followed.', null=True)),
                ('event_id', models.BigIntegerField(help_text='The event that it followed.', null=True)),
                ('data', models.JSONField(db_default={}, default=dict)),
                ('entered_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('active', 'Inside'), ('completed', 'Completed'), ('exited', 'Left'), ('cancelled', 'Cancelled')], db_default='active', default='active', max_length=10)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, choices=[('end', 'Came to the end'), ('goal', 'Reached the goal'), ('exit', 'Met an exit'), ('stay_ended', 'The condition to stay ended'), ('holdout', 'Held out'), ('rolled_back', 'The move was taken back'), ('by_hand', 'Taken out by hand'), ('campaign_ended', 'The campaign was ended')], db_default='', default='', max_length=20)),
                ('converted_at', models.DateTimeField(help_text='When the goal was reached, also after the end.', null=True)),
                ('campaign', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='campaigns.campaign')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='lifecycle.customer')),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.campaignversion')),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['customer', '-entered_at'], name='enrollment_of_customer'), models.Index(condition=models.Q(('state', 'active')), fields=['version'], name='enrollment_active'), models.Index(fields=['campaign', '-entered_at'], name='enrollment_of_campaign'), models.Index(condition=models.Q(('end_reason', 'rolled_back')), fields=['campaign', 'customer'], name='enrollment_rolled_back'), models.Index(condition=models.Q(('transition_id__isnull', False)), fields=['transition_id'], name='enrollment_of_move')],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'customer', 'occasion'), name='enrollment_once_an_occasion')],
            },
        ),
        migrations.CreateModel(
            name='StepRun',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('step', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=30)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('leased', 'In work'), ('frozen', 'Frozen'), ('done', 'Done'), ('skipped', 'Skipped'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], db_default='waiting', default='waiting', max_length=10)),
                ('due_at', models.DateTimeField()),
                ('awaits', models.CharField(help_text='The event that ends the wait early.', max_length=80, null=True)),
                ('heard_id', models.BigIntegerField(help_text='The event that ended it.', null=True)),
                ('token', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('path', models.CharField(blank=True, db_default='', default='', max_length=40)),
                ('reason', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('done_at', models.DateTimeField(null=True)),
                ('campaign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.campaign')),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lifecycle.customer')),
                ('enrollment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='campaigns.enrollment')),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['kind', 'due_at'], name='run_due'), django.contrib.postgres.indexes.BrinIndex(fields=['due_at'], name='run_time', pages_per_range=32), models.Index(condition=models.Q(('state', 'leased')), fields=['lease_until'], name='run_leased'), models.Index(condition=models.Q(('awaits__isnull', False)), fields=['customer', 'awaits'], name='run_awaits'), models.Index(fields=['customer', '-due_at'], name='run_of_customer'), models.Index(condition=models.Q(('state__in', ('waiting', 'frozen'))), fields=['campaign'], name='run_of_campaign')],
                'constraints': [models.UniqueConstraint(fields=('enrollment', 'step'), name='step_once_an_enrollment')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('message_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('channel', models.CharField(choices=[('email', 'Email'), ('in_app', 'In-app message'), ('webhook', 'Webhook')], max_length=10)),
                ('message_class', models.CharField(choices=[('transactional', 'Transactional'), ('marketing', 'Marketing')], max_length=15)),
                ('topic', models.CharField(blank=True, default='', max_length=40)),
                ('template', models.CharField(blank=True, default='', help_text='Its key.', max_length=60)),
                ('language', models.CharField(blank=True, default='', max_length=10)),
                ('recipient', models.CharField(blank=True, default='', max_length=300)),
                ('subject', models.CharField(blank=True, default='', max_length=300)),
                ('content_digest', models.CharField(blank=True, default='', max_length=64)),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('sending', 'Sending'), ('accepted', 'Accepted'), ('delivered', 'Delivered'), ('opened', 'Opened'), ('clicked', 'Clicked'), ('bounced', 'Bounced'), ('complained', 'Complained'), ('failed', 'Failed'), ('skipped', 'Skipped'), ('uncertain', 'Uncertain')], default='planned', max_length=10)),
                ('reason', models.CharField(blank=True, default='', help_text='A SkipReason, or what the other said.', max_length=200)),
                ('provider', models.CharField(blank=True, default='', max_length=40)),
                ('provider_id', models.CharField(max_length=200, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('planned_at', models.DateTimeField()),
                ('sending_at', models.DateTimeField(null=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(help_text='When the latest state was reached.', null=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('clicked_at', models.DateTimeField(null=True)),
                ('campaign', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='campaigns.campaign')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='lifecycle.customer')),
                ('resolved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='delivery', to='campaigns.steprun')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'ordering': ('-id',),
                'permissions': (('resolve_delivery', 'Can say what became of an uncertain message'),),
                'indexes': [models.Index(fields=['customer', '-planned_at'], name='delivery_of_customer'), models.Index(fields=['campaign', '-planned_at'], name='delivery_of_campaign'), models.Index(fields=['state', '-id'], name='delivery_in_state'), models.Index(condition=models.Q(('reason', ''), _negated=True), fields=['reason', '-id'], name='delivery_reason'), models.Index(condition=models.Q(('provider_id__isnull', False)), fields=['provider', 'provider_id'], name='delivery_at_provider')],
            },
        ),
        migrations.CreateModel(
            name='ConsentEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('is_given', models.BooleanField()),
                ('wording', models.TextField(help_text='What the customer read when it said so.')),
                ('source', models.CharField(choices=[('one_click', 'One click in the mail program'), ('preferences', 'Preferences page'), ('api', 'API'), ('admin', 'Back office'), ('receipt', 'Reported by the provider'), ('import', 'Import')], max_length=15)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consent_entries', to='lifecycle.customer')),
                ('delivery', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.delivery')),
                ('topic', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.topic')),
            ],
            options={
                'verbose_name': 'consent',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='FrequencyCap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(blank=True, choices=[('email', 'Email'), ('in_app', 'In-app message'), ('webhook', 'Webhook')], help_text='Empty: of all channels.', max_length=10)),
                ('most', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='messages at most')),
                ('days', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(366)])),
                ('is_calendar', models.BooleanField(default=False, help_text="Days of the customer's zone; otherwise times 24 hours back.", verbose_name='calendar days')),
                ('on_excess', models.CharField(choices=[('wait', 'Wait'), ('drop', 'Drop')], default='wait', max_length=5)),
                ('spares_priority', models.PositiveSmallIntegerField(blank=True, help_text='Campaigns with this priority or a lower number are not capped.', null=True)),
            ],
            options={
                'ordering': ('days', 'id'),
            },
        ),
        migrations.CreateModel(
            name='FrequencyCapEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('channel', models.CharField(blank=True, choices=[('email', 'Email'), ('in_app', 'In-app message'), ('webhook', 'Webhook')], help_text='Empty: of all channels.', max_length=10)),
                ('most', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='messages at most')),
                ('days', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(366)])),
                ('is_calendar', models.BooleanField(default=False, help_text="Days of the customer's zone; otherwise times 24 hours back.", verbose_name='calendar days')),
                ('on_excess', models.CharField(choices=[('wait', 'Wait'), ('drop', 'Drop')], default='wait', max_length=5)),
                ('spares_priority', models.PositiveSmallIntegerField(blank=True, help_text='Campaigns with this priority or a lower number are not capped.', null=True)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='campaigns.frequencycap')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MessageTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('description', models.TextField(blank=True)),
                ('default_language', models.CharField(default='en', max_length=10, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'A language such as en, de or pt-BR.')])),
            ],
            options={
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='MessageTemplateEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('key', models.SlugField(db_index=False, max_length=60)),
                ('name', models.CharField(max_length=120)),
                ('description', models.TextField(blank=True)),
                ('default_language', models.CharField(default='en', max_length=10, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'A language such as en, de or pt-BR.')])),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='campaigns.messagetemplate')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='QuietHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts', models.TimeField(default='21:00')),
                ('ends', models.TimeField(default='08:00')),
                ('is_on', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name_plural': 'quiet hours',
            },
        ),
        migrations.CreateModel(
            name='QuietHoursEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts', models.TimeField(default='21:00')),
                ('ends', models.TimeField(default='08:00')),
                ('is_on', models.BooleanField(default=True)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='campaigns.quiethours')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=40)),
                ('event_id', models.CharField(max_length=200)),
                ('provider_id', models.CharField(blank=True, db_default='', help_text='Its id of the message.', max_length=200)),
                ('kind', models.CharField(choices=[('accepted', 'Accepted'), ('delivered', 'Delivered'), ('opened', 'Opened'), ('clicked', 'Clicked'), ('bounced', 'Bounced'), ('soft_bounced', 'Bounced for now'), ('complained', 'Complained'), ('unsubscribed', 'Unsubscribed'), ('failed', 'Failed')], max_length=15)),
                ('happened_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('recipient', models.CharField(blank=True, max_length=300)),
                ('detail', models.CharField(blank=True, max_length=500)),
                ('delivery', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='campaigns.delivery')),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(condition=models.Q(('delivery', None)), fields=['-received_at'], name='receipt_unknown')],
                'constraints': [models.UniqueConstraint(fields=('provider', 'event_id'), name='receipt_event_unique')],
            },
        ),
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('condition', models.JSONField(help_text='Condition tree over metrics.')),
                ('lifecycle', models.ForeignKey(help_text='Whose tags the condition may speak of.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lifecycle.lifecycle')),
            ],
            options={
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='SegmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('key', models.SlugField(db_index=False, max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('condition', models.JSONField(help_text='Condition tree over metrics.')),
                ('lifecycle', models.ForeignKey(db_constraint=False, help_text='Whose tags the condition may speak of.', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='lifecycle.lifecycle')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='campaigns.segment')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SendingSwitch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(blank=True, choices=[('email', 'Email'), ('in_app', 'In-app message'), ('webhook', 'Webhook')], default='', max_length=10, unique=True)),
                ('is_on', models.BooleanField()),
                ('reason', models.CharField(max_length=500)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'sending switches',
            },
        ),
        migrations.CreateModel(
            name='SendingSwitchEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('channel', models.CharField(blank=True, choices=[('email', 'Email'), ('in_app', 'In-app message'), ('webhook', 'Webhook')], default='', max_length=10)),
                ('is_on', models.BooleanField()),
                ('reason', models.CharField(max_length=500)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='campaigns.sendingswitch')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('address', models.CharField(blank=True, help_text='Empty once the customer was erased.', max_length=254)),
                ('reason', models.CharField(choices=[('hard_bounce', 'The address does not exist'), ('soft_bounces', 'The address refused several times'), ('complaint', 'Marked as spam'), ('by_hand', 'By hand')], default='by_hand', max_length=15)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('since', models.DateTimeField(editable=False)),
                ('by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['address'], name='suppression_address')],
            },
        ),
        migrations.CreateModel(
            name='SuppressionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('reason', models.CharField(choices=[('hard_bounce', 'The address does not exist'), ('soft_bounces', 'The address refused several times'), ('complaint', 'Marked as spam'), ('by_hand', 'By hand')], default='by_hand', max_length=15)),
                ('since', models.DateTimeField(editable=False)),
                ('by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='campaigns.suppression')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TemplateText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(default='en', max_length=10, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'A language such as en, de or pt-BR.')])),
                ('subject', models.CharField(max_length=300)),
                ('preheader', models.CharField(blank=True, help_text='What mail programs show beside the subject.', max_length=300)),
                ('body', models.TextField(help_text='MJML with Liquid.')),
                ('text', models.TextField(blank=True, help_text='For programs without HTML; empty: made from the body.')),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='campaigns.messagetemplate')),
            ],
            options={
                'ordering': ('template', 'language'),
                'constraints': [models.UniqueConstraint(fields=('template', 'language'), name='template_text_unique')],
            },
        ),
        migrations.CreateModel(
            name='TemplateTextEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('language', models.CharField(default='en', max_length=10, validators=[django.core.validators.RegexValidator('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', 'A language such as en, de or pt-BR.')])),
                ('subject', models.CharField(max_length=300)),
                ('preheader', models.CharField(blank=True, help_text='What mail programs show beside the subject.', max_length=300)),
                ('body', models.TextField(help_text='MJML with Liquid.')),
                ('text', models.TextField(blank=True, help_text='For programs without HTML; empty: made from the body.')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='campaigns.templatetext')),
                ('template', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='campaigns.messagetemplate')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TopicEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('key', models.SlugField(db_index=False, max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('description', models.CharField(blank=True, help_text='What customers read on their preferences.', max_length=200)),
                ('is_opt_in', models.BooleanField(default=False, help_text='Only customers who said yes get it; otherwise all who did not say no.', verbose_name='asks first')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='campaigns.topic')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('url', models.URLField(max_length=500, verbose_name='URL')),
                ('secret', models.CharField(help_text='whsec_…; what is sent is signed with it.', max_length=200)),
                ('old_secret', models.CharField(blank=True, editable=False, help_text='While it is being replaced.', max_length=200)),
                ('is_active', models.BooleanField(default=True)),
                ('off_reason', models.CharField(blank=True, editable=False, max_length=200)),
            ],
            options={
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpointEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('key', models.SlugField(db_index=False, max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('url', models.URLField(max_length=500, verbose_name='URL')),
                ('is_active', models.BooleanField(default=True)),
                ('off_reason', models.CharField(blank=True, editable=False, max_length=200)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='campaigns.webhookendpoint')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='InAppMessage',
            fields=[
                ('delivery', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='in_app', serialize=False, to='campaigns.delivery')),
                ('title', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('url', models.CharField(blank=True, max_length=500, verbose_name='URL')),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('fetched_at', models.DateTimeField(null=True)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='in_app_messages', to='lifecycle.customer')),
            ],
            options={
                'verbose_name': 'in-app message',
                'ordering': ('-delivery_id',),
                'indexes': [models.Index(condition=models.Q(('acknowledged_at', None)), fields=['customer', '-created_at'], name='in_app_unread')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='campaign',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_campaignevent" ("description", "id", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "state_at", "state_before", "state_reason") VALUES (NEW."description", NEW."id", NEW."key", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state", NEW."state_at", NEW."state_before", NEW."state_reason"); RETURN NULL;', hash='8758e8069d7e9167d63ac561026df44ecc8e51d2', operation='INSERT', pgid='pgtrigger_insert_insert_5522d', table='campaigns_campaign', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='campaign',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "campaigns_campaignevent" ("description", "id", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "state_at", "state_before", "state_reason") VALUES (NEW."description", NEW."id", NEW."key", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state", NEW."state_at", NEW."state_before", NEW."state_reason"); RETURN NULL;', hash='cdeada07ddf9b2b2864c2ce8d3969b122c07ee90', operation='UPDATE', pgid='pgtrigger_update_update_f2afa', table='campaigns_campaign', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='campaign',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_campaignevent" ("description", "id", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "state_at", "state_before", "state_reason") VALUES (OLD."description", OLD."id", OLD."key", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."state", OLD."state_at", OLD."state_before", OLD."state_reason"); RETURN NULL;', hash='a6ae50f820628d3301f686398c9afe261d155210', operation='DELETE', pgid='pgtrigger_delete_delete_4123f', table='campaigns_campaign', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='frequencycap',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_frequencycapevent" ("channel", "days", "id", "is_calendar", "most", "on_excess", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "spares_priority") VALUES (NEW."channel", NEW."days", NEW."id", NEW."is_calendar", NEW."most", NEW."on_excess", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."spares_priority"); RETURN NULL;', hash='208ca147f633a4fc6d11559db47a04ffb2128bf3', operation='INSERT', pgid='pgtrigger_insert_insert_36342', table='campaigns_frequencycap', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='frequencycap',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "campaigns_frequencycapevent" ("channel", "days", "id", "is_calendar", "most", "on_excess", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "spares_priority") VALUES (NEW."channel", NEW."days", NEW."id", NEW."is_calendar", NEW."most", NEW."on_excess", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."spares_priority"); RETURN NULL;', hash='176d25f3766754abdac85fab56d2b95f0e868d1c', operation='UPDATE', pgid='pgtrigger_update_update_4e0e2', table='campaigns_frequencycap', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='frequencycap',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_frequencycapevent" ("channel", "days", "id", "is_calendar", "most", "on_excess", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "spares_priority") VALUES (OLD."channel", OLD."days", OLD."id", OLD."is_calendar", OLD."most", OLD."on_excess", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."spares_priority"); RETURN NULL;', hash='aca2ae94655867a4c214894acb8e8907916c3603', operation='DELETE', pgid='pgtrigger_delete_delete_cbc11', table='campaigns_frequencycap', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='messagetemplate',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_messagetemplateevent" ("default_language", "description", "id", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."default_language", NEW."description", NEW."id", NEW."key", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='0f8b9d47e76f58793da0884ffcb3423a7e3d0398', operation='INSERT', pgid='pgtrigger_insert_insert_46eee', table='campaigns_messagetemplate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='messagetemplate',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "campaigns_messagetemplateevent" ("default_language", "description", "id", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."default_language", NEW."description", NEW."id", NEW."key", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='cd04ae341ae3a38c5f6cb4483b1f3938f9bb6a96', operation='UPDATE', pgid='pgtrigger_update_update_2fe2c', table='campaigns_messagetemplate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='messagetemplate',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_messagetemplateevent" ("default_language", "description", "id", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."default_language", OLD."description", OLD."id", OLD."key", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='59fe5563b9adef88cd217e75741dd68b2bd194c9', operation='DELETE', pgid='pgtrigger_delete_delete_23788', table='campaigns_messagetemplate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='quiethours',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_quiethoursevent" ("ends", "id", "is_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts") VALUES (NEW."ends", NEW."id", NEW."is_on", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts"); RETURN NULL;', hash='69dcaf625812f7b0f825fdaaac0c2e650a8b7b0b', operation='INSERT', pgid='pgtrigger_insert_insert_c3017', table='campaigns_quiethours', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='quiethours',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "campaigns_quiethoursevent" ("ends", "id", "is_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts") VALUES (NEW."ends", NEW."id", NEW."is_on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts"); RETURN NULL;', hash='0f8a911c5df912742f5fa922d00b8e420095c193', operation='UPDATE', pgid='pgtrigger_update_update_a08a3', table='campaigns_quiethours', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='quiethours',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_quiethoursevent" ("ends", "id", "is_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts") VALUES (OLD."ends", OLD."id", OLD."is_on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."starts"); RETURN NULL;', hash='662a71f3dde3e4f634fe414b9c6cef06a50d2b05', operation='DELETE', pgid='pgtrigger_delete_delete_4fef0', table='campaigns_quiethours', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='topic',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_topicevent" ("description", "id", "is_opt_in", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (NEW."description", NEW."id", NEW."is_opt_in", NEW."key", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position"); RETURN NULL;', hash='1c468b6e2d3330619e40ef89e665212665e8f7ea', operation='INSERT', pgid='pgtrigger_insert_insert_2ec48', table='campaigns_topic', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='topic',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "campaigns_topicevent" ("description", "id", "is_opt_in", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (NEW."description", NEW."id", NEW."is_opt_in", NEW."key", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position"); RETURN NULL;', hash='4982e0094317e06d1d0805362bcc364fdca8316f', operation='UPDATE', pgid='pgtrigger_update_update_8ccc2', table='campaigns_topic', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='topic',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_topicevent" ("description", "id", "is_opt_in", "key", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (OLD."description", OLD."id", OLD."is_opt_in", OLD."key", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position"); RETURN NULL;', hash='b66b152dc46f9b8bf63342c17a2eb73b0edd3109', operation='DELETE', pgid='pgtrigger_delete_delete_73b3d', table='campaigns_topic', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_webhookendpointevent" ("id", "is_active", "key", "name", "off_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (NEW."id", NEW."is_active", NEW."key", NEW."name", NEW."off_reason", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."url"); RETURN NULL;', hash='6f8c36df893566c97d97e24e6e43125f8227f3b1', operation='INSERT', pgid='pgtrigger_insert_insert_68036', table='campaigns_webhookendpoint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."off_reason" IS DISTINCT FROM (NEW."off_reason") OR OLD."url" IS DISTINCT FROM (NEW."url"))', func='INSERT INTO "campaigns_webhookendpointevent" ("id", "is_active", "key", "name", "off_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (NEW."id", NEW."is_active", NEW."key", NEW."name", NEW."off_reason", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."url"); RETURN NULL;', hash='860867eaebc221bddff4efa6e9f25f090dfafdf1', operation='UPDATE', pgid='pgtrigger_update_update_52574', table='campaigns_webhookendpoint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_webhookendpointevent" ("id", "is_active", "key", "name", "off_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (OLD."id", OLD."is_active", OLD."key", OLD."name", OLD."off_reason", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."url"); RETURN NULL;', hash='92284b97636144fc04127844903f4d3f1d13a506', operation='DELETE', pgid='pgtrigger_delete_delete_4de62', table='campaigns_webhookendpoint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='campaignversion',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_campaignversionevent" ("campaign_id", "definition", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "published_at", "published_by_id", "state", "submitted_by_id", "trigger_event", "trigger_kind", "trigger_tag_id", "written_at", "written_by_id") VALUES (NEW."campaign_id", NEW."definition", NEW."id", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."priority", NEW."published_at", NEW."published_by_id", NEW."state", NEW."submitted_by_id", NEW."trigger_event", NEW."trigger_kind", NEW."trigger_tag_id", NEW."written_at", NEW."written_by_id"); RETURN NULL;', hash='7dbdc6cb6cdaf9350cf47a661e417221b51fae32', operation='INSERT', pgid='pgtrigger_insert_insert_ea28b', table='campaigns_campaignversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='campaignversion',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."campaign_id" IS DISTINCT FROM (NEW."campaign_id") OR OLD."definition" IS DISTINCT FROM (NEW."definition") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."priority" IS DISTINCT FROM (NEW."priority") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at") OR OLD."published_by_id" IS DISTINCT FROM (NEW."published_by_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."submitted_by_id" IS DISTINCT FROM (NEW."submitted_by_id") OR OLD."trigger_event" IS DISTINCT FROM (NEW."trigger_event") OR OLD."trigger_kind" IS DISTINCT FROM (NEW."trigger_kind") OR OLD."trigger_tag_id" IS DISTINCT FROM (NEW."trigger_tag_id") OR OLD."written_at" IS DISTINCT FROM (NEW."written_at") OR OLD."written_by_id" IS DISTINCT FROM (NEW."written_by_id"))', func='INSERT INTO "campaigns_campaignversionevent" ("campaign_id", "definition", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "published_at", "published_by_id", "state", "submitted_by_id", "trigger_event", "trigger_kind", "trigger_tag_id", "written_at", "written_by_id") VALUES (NEW."campaign_id", NEW."definition", NEW."id", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."priority", NEW."published_at", NEW."published_by_id", NEW."state", NEW."submitted_by_id", NEW."trigger_event", NEW."trigger_kind", NEW."trigger_tag_id", NEW."written_at", NEW."written_by_id"); RETURN NULL;', hash='71150280862812f251009832731786fe3668a947', operation='UPDATE', pgid='pgtrigger_update_update_4bd66', table='campaigns_campaignversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='campaignversion',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_campaignversionevent" ("campaign_id", "definition", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "published_at", "published_by_id", "state", "submitted_by_id", "trigger_event", "trigger_kind", "trigger_tag_id", "written_at", "written_by_id") VALUES (OLD."campaign_id", OLD."definition", OLD."id", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."priority", OLD."published_at", OLD."published_by_id", OLD."state", OLD."submitted_by_id", OLD."trigger_event", OLD."trigger_kind", OLD."trigger_tag_id", OLD."written_at", OLD."written_by_id"); RETURN NULL;', hash='478ffea30cfca64c47f0959a4700d9061b4f5c47', operation='DELETE', pgid='pgtrigger_delete_delete_a88bc', table='campaigns_campaignversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='segment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_segmentevent" ("condition", "id", "key", "lifecycle_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."condition", NEW."id", NEW."key", NEW."lifecycle_id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='d9895af7ac015f08da9ead4630e7216637cb2105', operation='INSERT', pgid='pgtrigger_insert_insert_ef952', table='campaigns_segment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='segment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "campaigns_segmentevent" ("condition", "id", "key", "lifecycle_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."condition", NEW."id", NEW."key", NEW."lifecycle_id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='5212f68a4002ffc06f3204f9663742591f1b7f59', operation='UPDATE', pgid='pgtrigger_update_update_94814', table='campaigns_segment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='segment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_segmentevent" ("condition", "id", "key", "lifecycle_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."condition", OLD."id", OLD."key", OLD."lifecycle_id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='f406f07f23e00292ad1d0b4700b70f2c885b34b4', operation='DELETE', pgid='pgtrigger_delete_delete_dbeb9', table='campaigns_segment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sendingswitch',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_sendingswitchevent" ("changed_at", "changed_by_id", "channel", "id", "is_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (NEW."changed_at", NEW."changed_by_id", NEW."channel", NEW."id", NEW."is_on", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason"); RETURN NULL;', hash='5269a9401ad0164f46fa3226b3b109b7bb4f3393', operation='INSERT', pgid='pgtrigger_insert_insert_31285', table='campaigns_sendingswitch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sendingswitch',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "campaigns_sendingswitchevent" ("changed_at", "changed_by_id", "channel", "id", "is_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (NEW."changed_at", NEW."changed_by_id", NEW."channel", NEW."id", NEW."is_on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason"); RETURN NULL;', hash='c64397a85e1770b70890420edf5df9c6d2259409', operation='UPDATE', pgid='pgtrigger_update_update_43d48', table='campaigns_sendingswitch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sendingswitch',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_sendingswitchevent" ("changed_at", "changed_by_id", "channel", "id", "is_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (OLD."changed_at", OLD."changed_by_id", OLD."channel", OLD."id", OLD."is_on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason"); RETURN NULL;', hash='26a36279041751aa2416820cb319451cbd7be2f9', operation='DELETE', pgid='pgtrigger_delete_delete_fb3f9', table='campaigns_sendingswitch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='suppression',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_suppressionevent" ("by_id", "digest", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "since") VALUES (NEW."by_id", NEW."digest", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."since"); RETURN NULL;', hash='5570c735dc30520eedb66c483d9317b2abf02100', operation='INSERT', pgid='pgtrigger_insert_insert_9ff8b', table='campaigns_suppression', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='suppression',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."since" IS DISTINCT FROM (NEW."since"))', func='INSERT INTO "campaigns_suppressionevent" ("by_id", "digest", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "since") VALUES (NEW."by_id", NEW."digest", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."since"); RETURN NULL;', hash='595c4311ef4d5c6ab94a53a71873e906308471ef', operation='UPDATE', pgid='pgtrigger_update_update_4931e', table='campaigns_suppression', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='suppression',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_suppressionevent" ("by_id", "digest", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "since") VALUES (OLD."by_id", OLD."digest", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."since"); RETURN NULL;', hash='3537191c8b0a76a785836861fedbdf3dfa02e955', operation='DELETE', pgid='pgtrigger_delete_delete_d9c2e', table='campaigns_suppression', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='templatetext',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_templatetextevent" ("body", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preheader", "subject", "template_id", "text") VALUES (NEW."body", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."preheader", NEW."subject", NEW."template_id", NEW."text"); RETURN NULL;', hash='cc19dcdc989e0c4d63c4ccca86fc566920252240', operation='INSERT', pgid='pgtrigger_insert_insert_1c12e', table='campaigns_templatetext', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='templatetext',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "campaigns_templatetextevent" ("body", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preheader", "subject", "template_id", "text") VALUES (NEW."body", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."preheader", NEW."subject", NEW."template_id", NEW."text"); RETURN NULL;', hash='4fbe73b026153a77c935efbdfc5f9e432bb44a08', operation='UPDATE', pgid='pgtrigger_update_update_19f26', table='campaigns_templatetext', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='templatetext',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "campaigns_templatetextevent" ("body", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preheader", "subject", "template_id", "text") VALUES (OLD."body", OLD."id", OLD."language", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."preheader", OLD."subject", OLD."template_id", OLD."text"); RETURN NULL;', hash='83eb2877ded64f6239ed96c2295ece11125d8ec3', operation='DELETE', pgid='pgtrigger_delete_delete_762c0', table='campaigns_templatetext', when='AFTER')),
        ),
    ]
