"""What a house chooses is read whole or refused by name, and no secret is ever shown."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest

import callward
from callward.deployment import FILE, read
from callward.deployment.choices import SETTINGS
from callward.deployment.errors import (
    AuthorityUnreadableError,
    DeploymentUnreadableError,
    SecretOpenError,
    SecretUnreadableError,
    SettingMissingError,
    SettingUnknownError,
    SettingUnusableError,
    VariableUnknownError,
)

SOURCE = Path(callward.__path__[0])
AFAR = '[database]\nengine = "postgresql"\nhost = "db.example"\n'
POSTGRESQL = AFAR + 'ca = "ca.crt"\n'


def told(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text)
    return folder


def test_nothing_chosen_is_the_embedded_default(tmp_path: Path) -> None:
    found = read(tmp_path, {})
    assert not found.database.on_postgresql
    assert not found.objects.on_s3
    assert set(found.sources.values()) == {"the default"}
    assert set(found.sources) == {setting.path for setting in SETTINGS}


def test_the_environment_stands_over_the_file(tmp_path: Path) -> None:
    folder = told(tmp_path, POSTGRESQL + "port = 6000\n")
    found = read(folder, {"CALLWARD_DATABASE_PORT": "7000"})
    assert (found.database.host, found.database.port) == ("db.example", 7000)
    assert found.sources["database.port"] == "CALLWARD_DATABASE_PORT"
    assert found.sources["database.host"] == FILE


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[database]\nengin = 'sqlite'\n", SettingUnknownError),
        ("[databse]\nengine = 'sqlite'\n", SettingUnknownError),
        ("engine = 'sqlite'\n", SettingUnknownError),
        ("[database]\npassword = 'in clear'\n", SettingUnknownError),
        ("[database]\nengine = 'oracle'\n", SettingUnusableError),
        ("[database]\nport = 0\n", SettingUnusableError),
        ("[database]\nport = true\n", SettingUnusableError),
        ('[database]\nname = "two\\nlines"\n', SettingUnusableError),
        ("[web]\nhosts = ['a', 1]\n", SettingUnusableError),
        ("[web]\ndebug = 'perhaps'\n", SettingUnusableError),
        ("[database]\nengine = 'postgresql'\n", SettingMissingError),
        ("[objects]\nstore = 's3'\nendpoint = 'http://s3.example'\n", SettingMissingError),
        ("[database\n", DeploymentUnreadableError),
    ],
)
def test_a_choice_that_cannot_be_understood_stops_by_name(
    tmp_path: Path, text: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as refused:
        read(told(tmp_path, text), {})
    assert "in clear" not in str(refused.value)
    assert "oracle" not in str(refused.value)


def test_a_misspelt_setting_is_told_its_right_name(tmp_path: Path) -> None:
    with pytest.raises(SettingUnknownError, match=r"database\.engine"):
        read(told(tmp_path, "[database]\nengin = 'sqlite'\n"), {})


@pytest.mark.parametrize(
    ("misspelt", "near"),
    [
        ("CALLWARD_DATABASE_ENGIN", r" \(CALLWARD_DATABASE_ENGINE\),"),
        ("CALLWARD_HOST", r" \(CALLWARD_HOSTS\),"),
        ("CALLWARD_DATABASE_PASSWORD", r" \(CALLWARD_DATABASE_PASSWORD_FILE\),"),
        ("CALLWARD_QQQQ", "its name, or"),
    ],
)
def test_a_misspelt_variable_is_refused_and_told_its_right_name(
    tmp_path: Path, misspelt: str, near: str
) -> None:
    with pytest.raises(VariableUnknownError, match=near) as refused:
        read(tmp_path, {misspelt: "tell nobody"})
    assert misspelt in str(refused.value)
    assert "tell nobody" not in str(refused.value)


def test_every_variable_that_a_program_reads_is_known(tmp_path: Path) -> None:
    """None that the engine or its deployment names may be one that stops the engine."""
    named = set()
    for path in SOURCE.rglob("*.py"):
        named |= set(re.findall(r'"(CALLWARD_[A-Z_]*[A-Z])"', path.read_text()))
    assert {"CALLWARD_DATA", "CALLWARD_CRASH_AT", "CALLWARD_HOSTS"} <= named
    for name in sorted(named):
        with contextlib.suppress(SettingUnusableError):
            read(tmp_path, {name: "1"})


def test_a_server_afar_is_not_trusted_without_an_authority(tmp_path: Path) -> None:
    with pytest.raises(SettingMissingError, match=r"database\.ca is missing"):
        read(told(tmp_path, AFAR), {})
    for local in ("/run/postgresql", "localhost", "127.0.0.1"):
        found = read(tmp_path, {"CALLWARD_DATABASE_HOST": local}).database
        assert found.protection(local) == {"sslmode": "prefer"}
        with pytest.raises(SettingMissingError, match=r"database\.ca is missing"):
            read(
                tmp_path,
                {"CALLWARD_DATABASE_HOST": local, "CALLWARD_DATABASE_DIRECT_HOST": "db.example"},
            )
    assert read(told(tmp_path, AFAR + 'tls = "require"\n'), {}).database.ca is None


def test_an_authority_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    database = read(told(tmp_path, POSTGRESQL), {}).database
    with pytest.raises(AuthorityUnreadableError, match="No such file"):
        database.protection(database.host)
    (tmp_path / "ca.crt").write_text("no certificate")
    with pytest.raises(AuthorityUnreadableError, match="holds no certificate"):
        database.protection(database.host)


def test_a_secret_is_read_from_its_file_and_never_shown(tmp_path: Path) -> None:
    kept = tmp_path / "db.secret"
    kept.write_text("tell nobody\n")
    kept.chmod(0o600)
    found = read(told(tmp_path, POSTGRESQL + 'password_file = "db.secret"\n'), {})
    assert found.database.password.read() == "tell nobody"
    assert "tell nobody" not in repr(found)


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    kept = tmp_path / "db.secret"
    kept.write_text("tell nobody\n")
    kept.chmod(0o644)
    found = read(told(tmp_path, POSTGRESQL + 'password_file = "db.secret"\n'), {})
    with pytest.raises(SecretOpenError):
        found.database.password.read()


def test_a_credential_of_the_service_is_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = read(told(tmp_path, POSTGRESQL + 'password_credential = "db"\n'), {})
    with pytest.raises(SecretUnreadableError, match="no credentials"):
        found.database.password.read()
    (tmp_path / "db").write_text("tell nobody")
    (tmp_path / "db").chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert found.database.password.read() == "tell nobody"
