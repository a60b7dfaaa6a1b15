from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """The model has its name from the glossary; its table keeps the old one."""

    dependencies = [("notices", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("Edition", "NoticeVersion"),
                migrations.AlterModelTable("noticeversion", "notices_edition"),
                migrations.RemoveConstraint(
                    "noticeversion", "edition_is_approved_by_a_second_person_or_a_task"
                ),
                migrations.AddConstraint(
                    "noticeversion",
                    models.CheckConstraint(
                        condition=Q(approved_by="") | ~Q(approved_by=F("asked_by")),
                        name="noticeversion_is_approved_by_a_second_person_or_a_task",
                    ),
                ),
            ]
        )
    ]
