"""Every setting there is, what it may be and what it means; there are no others."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PORTS = range(1, 65536)
FROM_FILE, FROM_CREDENTIAL = "_file", "_credential"


class NotSuchAValueError(ValueError):
    """Says that a value is not of its kind; the reader names the setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a setting may be: how it is told to people, and how text becomes it."""

    told: str
    of_text: Callable[[str], object]
    of_toml: tuple[type, ...] = (str,)


def _text(text: str) -> str:
    if any(sign < " " for sign in text):
        raise NotSuchAValueError
    return text


def _yes_or_no(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "": False, "0": False, "false": False}
    if text.lower() not in known | {"no": False}:
        raise NotSuchAValueError
    return known.get(text.lower(), False)


def _whole(within: range) -> Kind:
    def of_text(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) not in within:
            raise NotSuchAValueError
        return int(text)

    told = f"a whole number from {within.start} to {within.stop - 1}"
    return Kind(told=told, of_text=of_text, of_toml=(int, str))


def _networks(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(one)) for one in _several(text))
    except ValueError:
        raise NotSuchAValueError from None


def _one_of(*words: str) -> Kind:
    def of_text(text: str) -> str:
        if text not in words:
            raise NotSuchAValueError
        return text

    return Kind(told=f"one of {', '.join(words)}", of_text=of_text)


def _several(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in _text(text).split(",") if one.strip())


def _path(text: str) -> Path | None:
    return Path(_text(text)) if text else None


def _paths(text: str) -> tuple[Path, ...]:
    return tuple(map(Path, _several(text)))


TEXT = Kind(told="a text on one line", of_text=_text)
YES_OR_NO = Kind(told="true or false", of_text=_yes_or_no, of_toml=(bool, str))
PORT = _whole(PORTS)
NAMES = Kind(told="a list of texts", of_text=_several, of_toml=(list, str))
PATH = Kind(told="a path", of_text=_path)
NETWORKS = Kind(told="a list of addresses or networks", of_text=_networks, of_toml=(list, str))
PATHS = Kind(told="a list of paths", of_text=_paths, of_toml=(list, str))
SECRET = Kind(told="a secret in a file or a credential", of_text=_text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One choice: `section.name` in the file, and a variable of the environment over it."""

    section: str
    name: str
    kind: Kind
    default: str
    says: str
    variable: str = ""  # where the environment has known it by an older name

    @property
    def path(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def env(self) -> str:
        return self.variable or f"CALLWARD_{self.section}_{self.name}".upper()

    @property
    def paths(self) -> tuple[str, ...]:
        """What the file may call it; a secret is named by where it lies, and never itself."""
        return tuple(self.path + end for end in self._ends)

    @property
    def variables(self) -> tuple[str, ...]:
        """What the environment may call it, in the same order."""
        return tuple(self.env + end.upper() for end in self._ends)

    @property
    def _ends(self) -> tuple[str, ...]:
        return (FROM_FILE, FROM_CREDENTIAL) if self.kind is SECRET else ("",)


# name, kind, default, meaning, and the variable by which the environment knew it before
_Row = tuple[str, Kind, str, str, str]
_TABLE: dict[str, tuple[_Row, ...]] = {
    "place": (
        ("region", TEXT, "", "Where this machine stands: RO, DE, EU.", "CALLWARD_REGION"),
        ("keys", PATH, "keys", "The folder of the keys.", "CALLWARD_KEYS"),
        ("root_key", PATH, "", "Another file for the root key.", "CALLWARD_ROOT_KEY"),
        (
            "passphrase_file",
            PATH,
            "",
            "A file with the passphrase of the root key.",
            "CALLWARD_PASSPHRASE_FILE",
        ),
    ),
    "database": (
        ("engine", _one_of("sqlite", "postgresql"), "sqlite", "What keeps the rows.", ""),
        ("host", TEXT, "", "Host of the server, or the folder of its socket.", ""),
        ("port", PORT, "5432", "Port of the server.", ""),
        ("name", TEXT, "callward", "Name of the database.", ""),
        ("user", TEXT, "callward", "User that owns the database.", ""),
        ("password", SECRET, "", "Password of that user.", ""),
        (
            "tls",
            _one_of("disable", "require", "verify-full"),
            "verify-full",
            "How the connection is protected; a socket or loopback address needs none.",
            "",
        ),
        ("ca", PATH, "", "PEM file of the authority that certifies the server.", ""),
        ("direct_host", TEXT, "", "Host without a pooler, for locks and jobs; else the same.", ""),
        ("direct_port", _whole(range(65536)), "0", "Port without a pooler; 0 is the same.", ""),
        ("pool", _whole(range(1, 101)), "8", "Connections that one program holds at most.", ""),
    ),
    "objects": (
        ("store", _one_of("folder", "s3"), "folder", "What keeps the sealed recordings.", ""),
        ("endpoint", TEXT, "", "Address of the object store.", ""),
        ("bucket", TEXT, "", "The bucket, which must not keep versions.", ""),
        ("prefix", TEXT, "", "A folder in the bucket.", ""),
        ("region", TEXT, "eu", "The store's own name of its region.", ""),
        (
            "place",
            TEXT,
            "",
            "Where the store stands: RO, DE, EU; else where this machine does.",
            "",
        ),
        ("key_id", TEXT, "", "Name of the access key.", ""),
        ("secret", SECRET, "", "The secret of the access key.", ""),
    ),
    "jobs": (("database", TEXT, "", "Another database of the same server for waiting work.", ""),),
    "mail": (
        ("host", TEXT, "", "The mail server of the house.", "CALLWARD_MAIL_HOST"),
        ("port", PORT, "25", "Its port.", ""),
    ),
    "web": (
        (
            "hosts",
            NAMES,
            "localhost,127.0.0.1,[::1]",
            "Names the pages are called by.",
            "CALLWARD_HOSTS",
        ),
        (
            "tls",
            _one_of("none", "proxy", "own"),
            "none",
            "Where TLS ends: nowhere, at a proxy before us, or here.",
            "",
        ),
        ("proxies", NETWORKS, "", "From where the TLS proxy reaches us, besides here.", ""),
        ("certificate", PATH, "", "The certificate (PEM, with its chain) of TLS here.", ""),
        ("certificate_key", PATH, "", "Its key, a file of mode 0600.", ""),
        (
            "debug",
            YES_OR_NO,
            "false",
            "Show programmers' pages; demonstrations only.",
            "CALLWARD_DEBUG",
        ),
    ),
    "line": (
        ("sip_host", TEXT, "127.0.0.1", "Address of SIP.", "CALLWARD_SIP_HOST"),
        ("sip_port", PORT, "5060", "Port of SIP.", "CALLWARD_SIP_PORT"),
        ("media_host", TEXT, "", "Address of media; else that of SIP.", "CALLWARD_MEDIA_HOST"),
        ("realm", TEXT, "callward.example", "Realm of the phones.", "CALLWARD_SIP_REALM"),
        ("rtp_from", PORT, "20000", "First port of media.", "CALLWARD_RTP_FROM"),
        ("rtp_to", PORT, "29999", "Last port of media.", "CALLWARD_RTP_TO"),
        ("calls", _whole(range(1, 100_001)), "100", "Calls at once.", "CALLWARD_LINE_CALLS"),
        (
            "free_megabytes",
            _whole(range(10**9)),
            "512",
            "Room that must be left.",
            "CALLWARD_LINE_FREE_MB",
        ),
    ),
    "clock": (
        ("server", TEXT, "", "A time server (NTP) that this machine's clock is compared with.", ""),
        ("port", PORT, "123", "Its port.", ""),
    ),
    "backups": (
        ("folder", PATH, "backups", "Where backups are written.", "CALLWARD_BACKUPS"),
        ("places", PATHS, "", "Where else copies of backups lie.", ""),
    ),
}
SETTINGS: tuple[Setting, ...] = tuple(
    Setting(section=section, name=name, kind=kind, default=default, says=says, variable=variable)
    for section, rows in _TABLE.items()
    for name, kind, default, says, variable in rows
)

# What the environment may name besides, because a program or a test reads it by itself.
OTHER_VARIABLES = frozenset(
    {
        "CALLWARD_DATA",  # which data folder
        "CALLWARD_TLS_PROXY",  # the older way to say web.tls = "proxy"
        "CALLWARD_LIFELINE",  # by which a program knows that its supervisor lives
        "CALLWARD_LINE_DRAIN",  # how long calls go on when `python -m callward.line` ends
        "CALLWARD_FILE",  # by which a move reads the file that shall stand after it
        "CALLWARD_CRASH_AT",  # where a test lets a program crash
    }
)
