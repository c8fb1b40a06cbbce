from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0009_read_by_the_hundred'),
    ]

    operations = [
        migrations.AddField(
            model_name='features',
            name='digest',
            field=models.GeneratedField(db_persist=True, expression=models.Func('packed', output_field=models.BinaryField(), template='substring(sha256(%(expressions)s) from 1 for 16)'), output_field=models.BinaryField()),
        ),
        migrations.AddIndex(
            model_name='features',
            index=models.Index(fields=['record'], include=('digest',), name='people_features_digest'),
        ),
        migrations.RemoveConstraint(
            model_name='identitylink',
            name='people_one_identity_a_record',
        ),
        migrations.AddConstraint(
            model_name='identitylink',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_until__isnull', True)), fields=('record',), include=('identity',), name='people_one_identity_a_record'),
        ),
    ]
