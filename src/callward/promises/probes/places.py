"""Where does what is kept lie, whom does this house talk to, and is the inbox empty?"""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import connection

from callward.policy.law import countries_of
from callward.promises import ports
from callward.promises.probe_context import Count, table, words
from callward.promises.registry import CannotLookError, probes
from callward.promises.second_calendar import cap_end, ended
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.promises.probe_context import ProbeContext

_SYSTEM = Path("/proc")
_ESTABLISHED = "01"
_LISTENING = "0A"
_AUDIO = frozenset({".mp3", ".wav", ".ogg", ".part"})


@probes(Probe.KEPT_IN_REGION)
def kept_in_region(glance: ProbeContext) -> Count | None:
    """Machine and object store stand where every activity of the policy says (S-10, M-07)."""
    activities = table(glance.document, "activity")
    named = [words(table(table(activities, one), "locate"), "regions") for one in activities]
    promised = [regions for regions in named if regions]
    if not promised:
        return None
    here = set(glance.world.places())
    if not all(here):
        raise CannotLookError
    wrong = sum(not here <= countries_of(regions) | regions for regions in promised)
    return Count(looked_at=len(promised), wrong=wrong)


@probes(Probe.HOSTS_DECLARED)
def hosts_declared(glance: ProbeContext) -> Count:
    """No part of this house holds a connection to a machine that is not declared (X-12)."""
    if not (_SYSTEM / "self/net/tcp").is_file():
        raise CannotLookError
    declared = set(ports.declared_hosts.get()(glance.controller_ref))
    found = list(_connections())
    return Count(looked_at=len(found), wrong=sum(host not in declared for host in found))


def _connections() -> Iterator[str]:
    """The far ends of connections that our own programs opened, this machine left out."""
    ours = set(_own_sockets())
    listening, lines = set(), []
    for name in ("tcp", "tcp6"):
        for line in (_SYSTEM / "self/net" / name).read_text().splitlines()[1:]:
            words_of = line.split()
            lines.append(words_of)
            if words_of[3] == _LISTENING:
                listening.add(words_of[1].rpartition(":")[2])
    for _number, here, there, state, *_rest, inode in (one[:10] for one in lines):
        if state == _ESTABLISHED and inode in ours and here.rpartition(":")[2] not in listening:
            host = _address(there)
            if not _is_here(host):
                yield host


def _is_here(host: str) -> bool:
    return ip_address(host).is_loopback


def _own_sockets() -> Iterator[str]:
    for folder in _SYSTEM.glob("[0-9]*"):
        try:
            if b"callward" not in (folder / "cmdline").read_bytes():
                continue
            links = [str(one.readlink()) for one in (folder / "fd").iterdir()]
        except OSError:
            continue  # another user's, or gone meanwhile
        yield from (one[8:-1] for one in links if one.startswith("socket:["))


def _address(text: str) -> str:
    raw = bytes.fromhex(text.partition(":")[0])
    turned = b"".join(raw[i : i + 4][::-1] for i in range(0, len(raw), 4))
    family = socket.AF_INET if len(turned) == len(socket.inet_aton("0.0.0.0")) else socket.AF_INET6  # noqa: S104  # its length only
    host = ip_address(socket.inet_ntop(family, turned))
    return str(getattr(host, "ipv4_mapped", None) or host)


@probes(Probe.SOURCE_EMPTIED)
def source_emptied(glance: ProbeContext) -> Count | None:
    """No audio lies in the inbox longer than it may wait and the source may keep its copy."""
    waits = table(glance.recording, "intake").get("match_within")
    if waits is None:
        return None
    looked = wrong = 0
    for path in (glance.world.inbox / glance.slug).rglob("*"):
        if path.suffix.lower() not in _AUDIO or not path.is_file():
            continue
        looked += 1
        since = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
        over = ended(since, str(waits), glance.zone, at=glance.at)
        wrong += over and ended(since, _copy_life(glance), glance.zone, at=glance.at)
    return Count(looked_at=looked, wrong=wrong)


def _copy_life(glance: ProbeContext) -> str:
    recipients = glance.document.get("recipient") or []
    assert isinstance(recipients, list)
    lives = [
        str(table(one, "delete")["period"])
        for one in recipients
        if isinstance(one, dict) and table(one, "delete").get("period")
    ]
    return min(lives, default="PT0S")


@probes(Probe.BACKUPS_END)
def backups_end(glance: ProbeContext) -> Count | None:
    """No backup file is left after the day on which the notice says that it dies."""
    folder = glance.world.backups
    if not folder.is_dir():
        raise CannotLookError
    ends = [_end_of(path, glance) for path in folder.rglob("*") if path.is_file()]
    backups = [end for end in ends if end is not None]
    backups += _copies_of_the_server(glance)
    return Count(looked_at=len(backups), wrong=sum(end <= glance.at for end in backups))


# Deleted rows lie in the log of a server until it turns, and a replica or reader keeps them there.
_SERVER_COPIES = """
SELECT now() - min(modification) FROM pg_ls_waldir()
UNION ALL SELECT now() - min(xact_start) FROM pg_stat_activity
    WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
UNION ALL SELECT now() - min(prepared) FROM pg_prepared_xacts
UNION ALL SELECT max(replay_lag) FROM pg_stat_replication
"""


def _copies_of_the_server(glance: ProbeContext) -> list[datetime]:
    """When each place where the server itself keeps deleted rows had to be free of them."""
    if connection.vendor != "postgresql":
        return []
    period = str(table(table(glance.document, "backup"), "data").get("period"))
    ages = [age for (age,) in glance.rows(_SERVER_COPIES) if isinstance(age, timedelta)]
    return [cap_end(glance.at - age, period, ZoneInfo("UTC")) for age in ages]


_MAGIC = b"callward-backup/1\n"
_LENGTH = 4


def _end_of(path: Path, glance: ProbeContext) -> datetime | None:
    """When a backup had to be gone, counted from the policy itself and not from what it says."""
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return None
        header = json.loads(file.read(int.from_bytes(file.read(_LENGTH), "big")))
    # What a server copies of itself, whole or its log, is a backup of the data.
    kind = "keys" if header["kind"] == "keys" else "data"
    period = table(table(glance.document, "backup"), kind).get("period")
    made = datetime.fromisoformat(str(header["made_at"])).astimezone(UTC)
    return cap_end(made, str(period), ZoneInfo("UTC"))
