import django.db.models.deletion
from django.db import migrations, models
from callward.holdings.append_only import lift_append_only, make_append_only, refuse

LEAF = ("index", "at", "event", "item", "controller", "actor", "facts")
# Only an entry of a sealed sub-tree goes; only an emptied salt is written.
GONE = (
    'OLD."index" <= coalesce((SELECT "last" FROM audit_destroyedrange '
    'WHERE "first" <= OLD."index" ORDER BY "first" DESC LIMIT 1), -1)'
)


def _lift(apps, editor):
    lift_append_only(editor, "audit_leaf", acts=("update", "delete", "salts"))


def _guard(apps, editor):
    make_append_only(editor, "audit_leaf", columns=LEAF, deletable=GONE)
    refuse(editor, "audit_leaf", "salts", 'UPDATE OF "salts"', unless="NEW.salts = ''")
    make_append_only(editor, "audit_destruction")
    make_append_only(editor, "audit_destroyedrange")


def _guard_as_before(apps, editor):
    make_append_only(editor, "audit_leaf", columns=("index", "at", "event", "item", "actor", "facts"))


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunPython(_lift, _guard_as_before),
        migrations.AddField("leaf", "controller", models.CharField(db_default="", max_length=36)),
        migrations.AddIndex(
            "leaf", models.Index(fields=["controller", "at"], name="audit_leaf_age")
        ),
        migrations.AddIndex(
            "leaf",
            models.Index(
                fields=["item"],
                name="audit_leaf_salted",
                condition=models.Q(("salts", ""), _negated=True),
            ),
        ),
        migrations.CreateModel(
            name="Destruction",
            fields=[
                ("ref", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DestroyedRange",
            fields=[
                ("first", models.BigIntegerField(primary_key=True, serialize=False)),
                ("last", models.BigIntegerField()),
                (
                    "destruction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ranges",
                        to="audit.destruction",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last__gte", models.F("first"))),
                        name="range_ends_after_it_starts",
                    )
                ],
            },
        ),
        migrations.RunPython(_guard, _lift),
    ]
