"""Reading `callward.toml` and the environment into a deployment."""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callward.deployment import values
from callward.deployment.choices import (
    FROM_CREDENTIAL,
    FROM_FILE,
    OTHER_VARIABLES,
    SECRET,
    SETTINGS,
    NotSuchAValueError,
    Setting,
)
from callward.deployment.errors import (
    DeploymentUnreadableError,
    SettingMissingError,
    SettingUnknownError,
    SettingUnusableError,
    VariableUnknownError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "callward.toml"
VARIABLE = "CALLWARD_DATA"
FILE_VARIABLE = "CALLWARD_FILE"  # a move reads the file that shall stand after it
DEFAULT = "the default"
_OURS = "CALLWARD_"
_TLS_PROXY = "CALLWARD_TLS_PROXY"  # the older way to say web.tls = "proxy"
_SECTIONS: dict[str, type] = {
    "place": values.Place,
    "database": values.Database,
    "objects": values.Objects,
    "jobs": values.Jobs,
    "mail": values.Mail,
    "web": values.Web,
    "line": values.Line,
    "clock": values.Clock,
    "backups": values.Backups,
}


def chosen_root() -> Path:
    """The data folder that CALLWARD_DATA names, or `var/callward` where we stand."""
    return Path(os.environ.get(VARIABLE) or "var/callward").resolve()


def chosen() -> values.Deployment:
    """What this house chose; raises DeploymentError where it cannot be understood."""
    return read(chosen_root(), os.environ)


def read(root: Path, environ: Mapping[str, str]) -> values.Deployment:
    """The deployment of a data folder under an environment, every setting checked."""
    told = _told_in(root / Path(environ.get(FILE_VARIABLE) or FILE).name)
    _refuse_unknown_variables(environ)
    sources: dict[str, str] = {}
    made: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
    for setting in SETTINGS:
        taken, source = _value_of(setting, told, environ, root)
        made[setting.section][setting.name] = taken
        sources[setting.path] = source
    if environ.get(_TLS_PROXY) == "1" and sources["web.tls"] == DEFAULT:
        made["web"]["tls"], sources["web.tls"] = "proxy", _TLS_PROXY
    whole = {name: kind(**made[name]) for name, kind in _SECTIONS.items()}
    found = values.Deployment(**whole, sources=sources)
    _require_whole(found)
    return found


def _told_in(path: Path) -> Mapping[str, Any]:
    try:
        facts = path.stat()
        return _parsed(path, facts.st_mtime_ns, facts.st_size)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise DeploymentUnreadableError(why=os.strerror(error.errno or 0)) from None


@lru_cache(maxsize=8)
def _parsed(path: Path, _changed: int, _size: int) -> Mapping[str, Any]:
    try:
        told = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise DeploymentUnreadableError(why=_where(str(error))) from None
    except UnicodeDecodeError:
        raise DeploymentUnreadableError(why="it is no text") from None
    _refuse_unknown(told)
    return told


def _where(said: str) -> str:
    """Line and column alone: the parser's words may repeat what stands there."""
    _what, _, place = said.rpartition(" (at ")
    return f"it is no TOML at {place.rstrip(')')}" if place else "it is no TOML"


def _refuse_unknown(told: Mapping[str, Any]) -> None:
    known = {name for setting in SETTINGS for name in setting.paths}
    for section, settings in told.items():
        if not isinstance(settings, dict):
            raise SettingUnknownError(setting=section, near=_near(section, known))
        for name in settings:
            path = f"{section}.{name}"
            if path not in known:
                raise SettingUnknownError(setting=path, near=_near(path, known))


def _refuse_unknown_variables(environ: Mapping[str, str]) -> None:
    """A misspelt variable would leave a house at its default, and nobody would know."""
    ours = {name for name in environ if name.startswith(_OURS)}
    for name in sorted(ours - _VARIABLES):
        ends = {known.removeprefix(_OURS): known for known in _VARIABLES}
        close = get_close_matches(name.removeprefix(_OURS), ends, n=1)
        raise VariableUnknownError(variable=name, near=f" ({ends[close[0]]})" if close else "")


_VARIABLES = OTHER_VARIABLES.union(*(setting.variables for setting in SETTINGS))


def _near(path: str, known: set[str]) -> str:
    close = get_close_matches(path, known, n=1)
    return f" ({close[0]})" if close else ""


def _value_of(
    setting: Setting, told: Mapping[str, Any], environ: Mapping[str, str], root: Path
) -> tuple[Any, str]:
    given = told.get(setting.section, {})
    if setting.kind is SECRET:
        return _secret(setting, given, environ, root)
    if environ.get(setting.env):
        return _of(setting, environ[setting.env], setting.env), setting.env
    if setting.name in given:
        return _within(root, _of(setting, given[setting.name], FILE)), FILE
    return _within(root, setting.kind.of_text(setting.default)), DEFAULT


def _within(root: Path, value: Any) -> Any:
    """Paths of the file count from the data folder that it lies in."""
    if isinstance(value, Path):
        return root / value
    if isinstance(value, tuple):
        return tuple(_within(root, one) for one in value)
    return value


def _of(setting: Setting, value: object, source: str) -> Any:
    unusable = SettingUnusableError(setting=setting.path, source=source, wanted=setting.kind.told)
    if type(value) not in setting.kind.of_toml:
        raise unusable
    if isinstance(value, list):
        if not all(isinstance(one, str) and "," not in one for one in value):
            raise unusable
        value = ",".join(value)
    try:
        return setting.kind.of_text(str(value))
    except NotSuchAValueError:
        raise unusable from None


def _secret(
    setting: Setting, given: Mapping[str, Any], environ: Mapping[str, str], root: Path
) -> tuple[values.Secret, str]:
    for told, name, file, credential, source in (
        (environ, setting.env, FROM_FILE.upper(), FROM_CREDENTIAL.upper(), setting.env),
        (given, setting.name, FROM_FILE, FROM_CREDENTIAL, FILE),
    ):
        if path := told.get(name + file):
            place = root / str(_of(setting, path, source))
            return values.Secret(setting=setting.path, file=place), source
        if named := told.get(name + credential):
            lies = str(_of(setting, named, source))
            return values.Secret(setting=setting.path, credential=lies), source
    return values.Secret(setting=setting.path), DEFAULT


def _require_whole(found: values.Deployment) -> None:
    """Refuse a choice that cannot work without another one."""
    needed = {
        "database.host": (found.database.on_postgresql, found.database.host, "PostgreSQL"),
        "database.ca": (found.database.needs_ca, found.database.ca, "database.tls = verify-full"),
        "web.certificate": (found.web.own_tls, found.web.certificate, "web.tls = own"),
        "web.certificate_key": (found.web.own_tls, found.web.certificate_key, "web.tls = own"),
        "objects.endpoint": (found.objects.on_s3, found.objects.endpoint, "the object store"),
        "objects.bucket": (found.objects.on_s3, found.objects.bucket, "the object store"),
    }
    for setting, (wanted, value, because) in needed.items():
        if wanted and not value:
            raise SettingMissingError(setting=setting, because=because)


def environment_of(found: values.Deployment) -> dict[str, str]:
    """The variables by which a program in another data folder makes the same choices."""
    told: dict[str, str] = {}
    for setting in SETTINGS:
        value = getattr(getattr(found, setting.section), setting.name)
        if isinstance(value, values.Secret):
            lies = (str(value.file or ""), value.credential)
            told |= zip(setting.variables, lies, strict=True)
        elif isinstance(value, tuple):
            told[setting.env] = ",".join(map(str, value))
        else:
            told[setting.env] = "" if value is None else str(value)
    return told
