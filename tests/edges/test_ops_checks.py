"""Start-up refuses by name whatever must not run."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.utils import ConnectionHandler

from build.certificates import certificate_in
from build.engines import ON_FILES_ONLY, choose
from build.object_store import fresh_place, shared_store
from build.ops import POLICY, callward, new_house
from build.time_server import TimeServer
from callward.config.database_settings import database_settings
from callward.jobs import ports as jobs
from callward.jobs.dbos_queue import DbosQueue, file_url
from callward.kernel import clock
from callward.ops import checks, engine_checks, second_clock
from callward.ops.checks import CHECKS, lies_within
from callward.ops.data_folder import DataFolder
from callward.ops.demo.database_server import USER, DatabaseServer
from callward.ops.folder_mark import write_mark
from callward.ops.health import second_clock_fault
from callward.ops.values import Start
from callward.postgresql.errors import (
    DatabaseMissingError,
    ServerRefusesError,
    ServerUnreachableError,
    ServerUntrustedError,
)
from callward.vault import ports as vault
from callward.vault.objects import LocalObjects
from callward.vault.s3_objects import S3Objects


@pytest.fixture
def start(tmp_path, monkeypatch, settings):
    for name in [name for name in os.environ if name.startswith("CALLWARD_")]:
        monkeypatch.delenv(name)
    folder = DataFolder(root=tmp_path / "house")
    for made in folder.folders:
        made.mkdir(mode=0o700)
    for file, text in ((folder.secret, "s" * 60), (folder.root_key, "00" * 32)):
        file.write_text(text)
        file.chmod(0o600)
    settings.SECRET_KEY = "s" * 60
    settings.ALLOWED_HOSTS = ["localhost"]
    return Start(folder=folder, host="127.0.0.1")


def _elsewhere(start: Start, host: str) -> Start:
    return Start(folder=start.folder, host=host)


def test_e001_a_folder_that_others_may_enter(start):
    assert checks.folders_are_private(start) is None
    start.folder.objects.chmod(0o750)
    assert checks.folders_are_private(start).name == "callward.E001"


def test_e002_a_key_that_others_may_read(start):
    assert checks.keys_are_private(start) is None
    start.folder.root_key.chmod(0o640)
    assert checks.keys_are_private(start).name == "callward.E002"


def test_e003_keys_inside_what_the_data_backup_copies(start, monkeypatch):
    assert checks.keys_lie_outside_the_data_backup(start) is None
    monkeypatch.setenv("CALLWARD_KEYS", str(start.folder.objects / "keys"))
    assert checks.keys_lie_outside_the_data_backup(start).name == "callward.E003"


def test_e004_debug_pages_where_real_calls_are(start, settings):
    assert checks.debug_stays_at_home(start) is None
    settings.DEBUG = True
    assert checks.debug_stays_at_home(start).name == "callward.E004"
    write_mark(start.folder, showing=datetime(2026, 3, 29, tzinfo=UTC))
    assert checks.debug_stays_at_home(start) is None
    assert checks.debug_stays_at_home(_elsewhere(start, "192.0.2.1")).name == "callward.E004"


def _choose(start: Start, text: str) -> None:
    (start.folder.root / "callward.toml").write_text(text)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "calls.example.org"])
def test_e005_a_network_without_tls_or_past_its_proxy(start, host):
    listening = _elsewhere(start, host)
    assert checks.strangers_come_through_tls(listening).name == "callward.E005"
    _choose(start, '[web]\ntls = "proxy"\n')
    assert "pass the TLS proxy by" in checks.strangers_come_through_tls(listening).fact
    _choose(start, '[web]\ntls = "proxy"\nproxies = ["192.0.2.9"]\n')
    assert checks.strangers_come_through_tls(listening) is None
    _choose(start, '[web]\ntls = "own"\ncertificate = "a.pem"\ncertificate_key = "b.pem"\n')
    assert checks.strangers_come_through_tls(listening) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_needs_no_tls(start, host):
    assert checks.strangers_come_through_tls(_elsewhere(start, host)) is None


def test_e019_a_certificate_that_cannot_be_used(start, tmp_path):
    assert checks.own_certificate_is_usable(start) is None
    ours, other = (certificate_in(tmp_path, name) for name in ("ours", "other"))
    chosen = '[web]\ntls = "own"\ncertificate = "{}"\ncertificate_key = "{}"\n'
    for files in ((ours[0], other[1]), (tmp_path / "missing.pem", ours[1])):
        _choose(start, chosen.format(*files))
        assert checks.own_certificate_is_usable(start).name == "callward.E019"
    _choose(start, chosen.format(*ours))
    assert checks.own_certificate_is_usable(start) is None
    ours[1].chmod(0o644)
    assert "Others may read" in checks.own_certificate_is_usable(start).fact


@pytest.mark.parametrize("secret", ["", "short", "another one that is long enough, but not ours"])
def test_e006_a_secret_that_is_missing_short_or_not_used(start, secret):
    assert checks.secret_is_kept_and_long(start) is None
    start.folder.secret.write_text(secret)
    assert checks.secret_is_kept_and_long(start).name == "callward.E006"


class _LedgerAhead:
    def position(self) -> int:
        return 3

    def since(self, position):
        return iter([type("Entry", (), {"intent": None})()] * (3 - position))


class _KeysBehind:
    def position(self) -> int:
        return 0


@pytest.mark.django_db
@pytest.mark.req("D-03")
def test_e007_a_restore_that_awaits_its_replay(start, monkeypatch):
    monkeypatch.setattr(vault.ledger, "_adapter", _LedgerAhead())
    monkeypatch.setattr(vault.key_store, "_adapter", _KeysBehind())
    assert checks.nothing_awaits_its_replay(start).name == "callward.E007"


@pytest.mark.django_db
def test_e008_a_database_of_another_version(start):
    assert checks.tables_are_up_to_date(start) is None
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'vault'")
    assert checks.tables_are_up_to_date(start).name == "callward.E008"


@pytest.mark.req("S-10")
def test_e009_recordings_outside_the_promised_region(tmp_path):
    house = new_house(tmp_path / "house")
    (house / "place").write_text("US\n")
    (told,) = callward(house, ["web"])
    assert told.code == 1
    assert "callward.E009" in told.err
    (house / "place").write_text("RO\n")
    chosen = 'store = "s3"\nendpoint = "http://127.0.0.1:9"\nbucket = "calls"\nplace = "US"\n'
    choose(house, f"[objects]\n{chosen}")
    (elsewhere,) = callward(house, ["web"])
    assert "would lie in RO or US" in elsewhere.err
    choose(house, "")
    (house / "place").unlink()
    (unnamed,) = callward(house, ["web"])
    assert "callward.E009" in unnamed.err


@ON_FILES_ONLY
@pytest.mark.django_db
@pytest.mark.parametrize("pragma", ["secure_delete=OFF", "synchronous=NORMAL"])
def test_e010_a_database_that_keeps_deleted_bytes(start, pragma):
    assert engine_checks.database_forgets_and_keeps(start) is None
    with connection.cursor() as cursor:
        before = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("secure_delete", "synchronous")
        }
        try:
            cursor.execute("COMMIT")  # SQLite takes these only outside a transaction
            cursor.execute(f"PRAGMA {pragma}")
            assert engine_checks.database_forgets_and_keeps(start).name == "callward.E010"
        finally:
            for name, value in before.items():
                cursor.execute(f"PRAGMA {name}={value}")
            cursor.execute("BEGIN")


@pytest.mark.django_db
@pytest.mark.parametrize("off", ["fsync", "full_page_writes", "synchronous_commit"])
def test_e010_a_server_that_loses_what_is_committed(start, monkeypatch, off):
    with DatabaseServer(lines=[f"{off} = off"]) as server:
        server.new_database("house")
        (start.folder.root / "callward.toml").write_text(server.settings("house"))
        told = database_settings(start.folder.chosen.database, start.folder.database)
        told["OPTIONS"].pop("pool")
        rows = ConnectionHandler({"default": told})["default"]
        monkeypatch.setattr(engine_checks, "connection", rows)
        try:
            assert engine_checks.database_forgets_and_keeps(start).name == "callward.E010"
            server.ask(f"ALTER SYSTEM SET {off} = on")
            rows.close()
            server.stop()
            server.start()
            assert engine_checks.database_forgets_and_keeps(start) is None
        finally:
            rows.close()


def test_e011_jobs_without_tables(start, monkeypatch):
    monkeypatch.setattr(jobs.queue, "_adapter", DbosQueue(file_url(start.folder.jobs)))
    assert checks.work_is_kept(start).name == "callward.E011"


def test_e012_a_moved_clock_in_a_folder_with_real_calls(start):
    assert checks.clock_is_the_machines(start).name == "callward.E012"
    with clock.using(clock.SystemClock()):
        assert checks.clock_is_the_machines(start) is None
    write_mark(start.folder, showing=datetime(2026, 3, 29, tzinfo=UTC))
    assert checks.clock_is_the_machines(start) is None


@pytest.mark.parametrize(
    ("manners", "name"),
    [
        ({}, None),
        ({"ahead": 4.0}, None),
        ({"ahead": 60.0}, "callward.E020"),
        ({"ahead": -3600.0}, "callward.E020"),
        ({"ahead": 60.0, "stratum": 0}, None),  # it says that it has no time
        ({"ahead": 60.0, "echoes": False}, None),  # it answers somebody else
    ],
)
def test_e020_a_machine_whose_clock_a_second_one_contradicts(start, monkeypatch, manners, name):
    monkeypatch.setattr(second_clock, "_PATIENCE", 0.5)
    assert checks.second_clock_agrees(start) is None, "no second clock is named"
    server = TimeServer(**manners)
    _choose(start, f'[clock]\nserver = "127.0.0.1"\nport = {server.port}\n')
    found = checks.second_clock_agrees(start)
    answered = second_clock.ahead_of_us(start.folder.chosen.clock)
    server.end()
    assert (found and found.name) == name
    assert (answered is None) == ("stratum" in manners or "echoes" in manners)


def test_a_second_clock_that_does_not_answer_is_named_by_health(start, monkeypatch):
    monkeypatch.setenv("CALLWARD_DATA", str(start.folder.root))
    monkeypatch.setattr(second_clock, "_PATIENCE", 0.2)
    assert second_clock_fault() is None
    _choose(start, '[clock]\nserver = "127.0.0.1"\nport = 9\n')
    assert second_clock_fault().name == "callward.E021"


def test_e013_a_key_store_that_does_not_open(start, monkeypatch):
    monkeypatch.setattr(vault.key_store, "_adapter", None)
    assert checks.keys_open(start).name == "callward.E013"


def test_e014_a_console_that_answers_to_any_name(start, settings):
    assert checks.hosts_are_named(start) is None
    assert checks.hosts_are_named(_elsewhere(start, "192.0.2.1")).name == "callward.E014"
    settings.ALLOWED_HOSTS = ["*"]
    assert checks.hosts_are_named(start).name == "callward.E014"


@pytest.mark.req("N-3")
@pytest.mark.parametrize(("pooled", "name"), [(False, None), (True, "callward.E015")])
def test_e015_a_pooler_where_locks_are_taken(start, monkeypatch, pooled, name):
    assert engine_checks.locks_are_taken_directly(start) is None
    chosen = '[database]\nengine = "postgresql"\nhost = "127.0.0.1"\n'
    (start.folder.root / "callward.toml").write_text(chosen)
    monkeypatch.setattr("callward.postgresql.direct.has_pooler", lambda _chosen: pooled)
    found = engine_checks.locks_are_taken_directly(start)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (ServerUnreachableError(), "callward.E016"),
        (ServerUntrustedError(), "callward.E017"),
        (ServerRefusesError(user="callward"), "callward.E017"),
        (DatabaseMissingError(name="callward"), "callward.E018"),
    ],
)
def test_e016_a_server_that_does_not_let_us_in(start, monkeypatch, fault, name):
    """Each of them from a real server: tests/ports/test_postgresql_outage.py."""

    def refuse(_chosen):
        raise fault

    assert engine_checks.server_lets_us_in(start) is None
    monkeypatch.setattr("callward.postgresql.faults.refuse_unreachable", refuse)
    chosen = '[database]\nengine = "postgresql"\nhost = "127.0.0.1"\n'
    (start.folder.root / "callward.toml").write_text(chosen)
    found = engine_checks.server_lets_us_in(start)
    assert (found.name, found.fact) == (name, fault.fact % fault.facts)


@pytest.mark.parametrize("versions", ["Enabled", "Suspended"])
def test_e023_a_bucket_that_keeps_versions_or_once_did(start, monkeypatch, versions):
    for place, name in ((fresh_place(), None), (shared_store().bucket(versions=versions), "E023")):
        monkeypatch.setattr(vault.objects, "_adapter", S3Objects(place))
        found = engine_checks.objects_are_kept_well(start)
        assert (found and found.name) == (name and f"callward.{name}")


def test_e026_recordings_that_a_chosen_bucket_does_not_have(start):
    LocalObjects(start.folder.objects).put("aa/bb/one.audio", b"sealed")
    assert engine_checks.objects_lie_in_one_place(start) is None
    chosen = shared_store().settings(fresh_place())
    (start.folder.root / "callward.toml").write_text(chosen)
    assert engine_checks.objects_lie_in_one_place(start).name == "callward.E026"
    LocalObjects(start.folder.objects).delete(["aa/bb/one.audio"])
    assert engine_checks.objects_lie_in_one_place(start) is None


def test_a_store_that_never_will_work_is_refused_and_one_that_is_only_away_is_not(
    start, monkeypatch
):
    store, place = shared_store(), fresh_place()
    wrong = (
        (replace(place, key_id="nobody"), "callward.E024"),
        (replace(place, secret=store.place("any", key_id="reader").secret), "callward.E024"),
        (replace(place, bucket="callward-nowhere"), "callward.E025"),
    )
    for chosen, name in wrong:
        monkeypatch.setattr(vault.objects, "_adapter", S3Objects(chosen))
        assert engine_checks.objects_are_kept_well(start).name == name
    away = replace(place, endpoint="http://127.0.0.1:9")
    monkeypatch.setattr(vault.objects, "_adapter", S3Objects(away))
    assert engine_checks.objects_are_kept_well(start) is None


@pytest.mark.req("D-03")
def test_e027_and_e028_deleted_rows_that_would_stay_on_the_server(start):
    assert engine_checks.deleted_rows_leave_the_server(start) is None, "a file has no such server"
    told = start.folder.root / "callward.toml"
    with DatabaseServer(lines=["fsync = off"]) as server:
        server.new_database("house")
        told.write_text(server.settings("house"))
        assert engine_checks.deleted_rows_leave_the_server(start) is None
        server.ask("ALTER SYSTEM SET wal_recycle = on")
        server.stop()
        server.start()
        assert engine_checks.deleted_rows_leave_the_server(start).name == "callward.E028"
        server.ask("CREATE ROLE plain LOGIN")
        told.write_text(server.settings("house").replace('user = "callward"', 'user = "plain"'))
        found = engine_checks.deleted_rows_leave_the_server(start)
    assert found.name == "callward.E027"
    assert 'GRANT EXECUTE ON FUNCTION pg_switch_wal() TO "plain"' in found.mend


@pytest.mark.django_db
def test_e029_a_database_that_is_written_or_sorted_otherwise(start, monkeypatch):
    assert engine_checks.lists_are_in_one_order(start) is None
    with DatabaseServer(lines=["fsync = off"]) as server:
        server.new_database("house")
        server.ask(
            f"CREATE DATABASE other OWNER {USER} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"
        )
        for name, expected in (("house", None), ("other", "callward.E029")):
            (start.folder.root / "callward.toml").write_text(server.settings(name))
            told = database_settings(start.folder.chosen.database, start.folder.database)
            told["OPTIONS"].pop("pool")
            rows = ConnectionHandler({"default": told})["default"]
            monkeypatch.setattr(engine_checks, "connection", rows)
            found = engine_checks.lists_are_in_one_order(start)
            rows.close()
            assert (found and found.name) == expected


@pytest.mark.req("N-7")
def test_e033_and_e034_rows_lie_in_one_place(start):
    assert engine_checks.rows_lie_in_one_place(start) is None
    start.folder.move.write_text("{}")
    assert engine_checks.rows_lie_in_one_place(start).name == "callward.E033"
    start.folder.move.unlink()
    chosen = '[database]\nengine = "postgresql"\nhost = "127.0.0.1"\n'
    (start.folder.root / "callward.toml").write_text(chosen)
    assert engine_checks.rows_lie_in_one_place(start) is None
    start.folder.database.touch()
    assert engine_checks.rows_lie_in_one_place(start).name == "callward.E034"


def test_every_check_has_its_test_and_its_own_name():
    tested = {name.split("_")[1] for name in globals() if name.startswith("test_e0")}
    assert len(tested) == len(CHECKS)


def test_a_region_contains_its_countries_only():
    assert lies_within("RO", frozenset({"EU"}))
    assert lies_within("NO", frozenset({"EEA"}))
    assert not lies_within("NO", frozenset({"EU"}))
    assert not lies_within("", frozenset({"RO", "EU"}))


def test_serving_is_refused_by_name_and_the_mend_is_said(tmp_path):
    house = new_house(tmp_path / "house")
    (house / "keys").chmod(0o755)
    said = callward(house, ["up"], ["worker"], ["health"])
    assert [one.code for one in said] == [1, 1, 1]
    for one in said:
        assert "0700" in one.err + one.out


def test_the_data_folder_and_everything_secret_in_it_is_the_owners_alone(tmp_path):
    house = new_house(tmp_path / "house")
    assert all(path.stat().st_mode & 0o077 == 0 for path in [house, *house.rglob("*")])


def test_setting_up_again_changes_neither_keys_nor_secret(tmp_path):
    house = new_house(tmp_path / "house")
    before = {name: (house / name).read_bytes() for name in ("secret", "keys/root.key")}
    (again,) = callward(house, ["init"])
    assert again.code == 0
    assert {name: (house / name).read_bytes() for name in before} == before
    assert POLICY
