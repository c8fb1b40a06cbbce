import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.db import migrations, models

from throughline.foundations.access.protection import IN_SIGHT, protect

class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_markers_found_by_place'),
        ('access', '0011_investigators'),
    ]

    operations = [
        migrations.CreateModel(
            name='PairRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('model_version', models.TextField()),
                ('after', models.UUIDField(null=True)),
                ('records', models.BigIntegerField(default=0)),
                ('found', models.BigIntegerField(default=0)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.Value(1), condition=models.Q(('finished_at__isnull', True)), name='people_one_pair_run')],
            },
        ),
        migrations.CreateModel(
            name='Pair',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('certainty', models.FloatField()),
                ('band', models.TextField()),
                ('model_version', models.TextField()),
                ('asked', models.BooleanField(default=False)),
                ('found_at', models.DateTimeField()),
                ('state', models.TextField(choices=[('open', 'Open'), ('unsure', 'Unsure'), ('second', 'Second'), ('joined', 'Joined'), ('apart', 'Apart')], default='open')),
                ('read_by', models.UUIDField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('first_said', models.TextField(blank=True)),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.record')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.record')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.pairrun')),
            ],
            options={
                'indexes': [models.Index(fields=['band', 'state', 'id'], name='people_pair_queue')],
                'constraints': [models.UniqueConstraint(fields=('record', 'other'), name='people_pair_once'), models.CheckConstraint(condition=models.Q(('record__lt', models.F('other'))), name='people_pair_in_order')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pair',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(func='perform audit_required(); return null;', hash='6ee8a670f227f5bd6ed355636a3d301aac4649f5', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_a9726', table='people_pair', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pair',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="raise exception 'this table is not emptied' using errcode = 'insufficient_privilege';", hash='5bde932b481a26dbd2edcac3d497c9b0a0f5612d', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_a40b1', table='people_pair', when='BEFORE')),
        ),
        # both records must be in sight
        protect("people_pair", f"{IN_SIGHT.format(column='record_id')} and {IN_SIGHT.format(column='other_id')}"),
    ]
