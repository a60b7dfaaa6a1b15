"""What came after a backup is not lost by its restore: it waits in quarantine."""

from __future__ import annotations

from datetime import timedelta

import pytest

from build.accounts import SETUP
from build.recordings import house, keep_one, mp3_tone
from build.vault import played
from callward.audit import services as audit
from callward.intake import selectors, services
from callward.intake.models import Quarantined
from callward.intake.states import QuarantineReason
from callward.recordings.models import Recording
from callward.retention.models import Item
from callward.vault import services as vault
from callward.vault.models import SealedItem, SealedPart
from callward.vault.states import VaultEvent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("D-03")]


@pytest.fixture
def home(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return house(tmp_path)


def forget_rows():
    """What a restored database of before the arrival looks like."""
    for rows in (SealedPart, SealedItem, Recording, Item):
        rows.objects.all().delete()


def replay(at):
    audit.record(VaultEvent.BACKUP_REPLAYED, item=None, actor=SETUP, at=at)


def test_a_recording_that_the_restored_database_never_knew_waits_in_quarantine(home, the_clock):
    kept = keep_one(home, mp3_tone(seconds=2))
    forget_rows()
    the_clock.advance(timedelta(hours=1))
    replay(the_clock.now())

    services.recover(the_clock.now())

    [waiting] = selectors.quarantine(home.controller.ref)
    assert waiting.reason == QuarantineReason.ROWS_LOST
    row = Quarantined.objects.get(ref=waiting.ref)
    assert played(row.item_ref) == kept.audio
    assert not vault.has_key(kept.ref)


def test_recovering_again_after_a_restore_keeps_it_once(home, the_clock):
    keep_one(home, mp3_tone(seconds=2))
    forget_rows()
    the_clock.advance(timedelta(hours=1))
    replay(the_clock.now())
    services.recover(the_clock.now())
    services.recover(the_clock.now())
    assert len(selectors.quarantine(home.controller.ref)) == 1


def test_what_a_crash_left_after_the_restore_is_discarded_since_its_source_still_exists(
    home, the_clock
):
    replay(the_clock.now() - timedelta(hours=1))
    kept = keep_one(home, mp3_tone(seconds=2))
    forget_rows()
    services.recover(the_clock.now())
    assert selectors.quarantine(home.controller.ref) == []
    assert not vault.has_key(kept.ref)


def test_what_is_past_due_does_not_come_back_by_a_restore(home, the_clock):
    kept = keep_one(home, mp3_tone(seconds=2))
    forget_rows()
    the_clock.advance(timedelta(days=6 * 366))
    replay(the_clock.now())
    services.recover(the_clock.now())
    assert selectors.quarantine(home.controller.ref) == []
    assert not vault.has_key(kept.ref)
