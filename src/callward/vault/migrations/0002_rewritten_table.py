from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RewrittenTable',
            fields=[
                ('table', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('mark', models.CharField(max_length=100)),
            ],
            options={
                'db_table': 'vault_rewritten_table',
            },
        ),
    ]
