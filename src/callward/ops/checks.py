"""What must be true before Callward serves; each check has a name that stays the same for ever."""

from __future__ import annotations

import ipaddress
import ssl
import stat
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from callward.controllers import selectors as controllers
from callward.jobs import services as jobs
from callward.jobs.errors import JobsError
from callward.kernel import clock
from callward.kernel.errors import CallwardError
from callward.ops import second_clock
from callward.ops.engine_checks import (
    ENGINE_CHECKS,
    rows_lie_in_one_place,
    server_lets_us_in,
)
from callward.ops.errors import UnsafeStartError
from callward.ops.folder_mark import is_marked
from callward.ops.values import Finding, Start
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


# Treaty on European Union, article 52, as of 2026; the EEA adds article 2 of its agreement.
_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_EU = frozenset(_MEMBERS.split())
_WITHIN = {"EU": _EU | {"EU"}, "EEA": _EU | {"EU", "EEA", "IS", "LI", "NO"}}


def lies_within(place: str, regions: frozenset[str]) -> bool:
    """Whether a place is one of the regions, or inside one of them."""
    return any(place in _WITHIN.get(region, {region}) for region in regions)


def all_within(places: frozenset[str], regions: frozenset[str]) -> bool:
    """Whether machine and object store both stand where a policy says."""
    return all(lies_within(place, regions) for place in places)


_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SHORTEST_SECRET = 40
_CLOCK_TOLERANCE = timedelta(seconds=5)


def _open_to_others(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & _OTHERS)


def folders_are_private(start: Start) -> Finding | None:
    """Nobody but the owner looks into the data folder."""
    if not any(_open_to_others(folder) for folder in start.folder.folders):
        return None
    return Finding(
        name="callward.E001",
        fact="Others may look into a folder of the data folder.",
        mend="Set the mode of every folder in it to 0700.",
    )


def keys_are_private(start: Start) -> Finding | None:
    """Nobody but the owner reads a key or the secret of the sessions."""
    keys = (start.folder.root_key, start.folder.secret, *start.folder.keys.glob("*"))
    if not any(_open_to_others(path) for path in keys):
        return None
    return Finding(
        name="callward.E002",
        fact="Others may read a key.",
        mend="Set the mode of every file in the key folder, and of “secret”, to 0600.",
    )


def keys_lie_outside_the_data_backup(start: Start) -> Finding | None:
    """A backup of the data holds no keys, or destroying them would be a show."""
    keys = start.folder.keys.resolve()
    backed_up = (start.folder.database.parent, start.folder.objects, start.folder.inbox)
    if not any(keys.is_relative_to(folder.resolve()) for folder in backed_up):
        return None
    return Finding(
        name="callward.E003",
        fact="The key store lies inside what the data backup copies.",
        mend="Move it out, or name another folder with CALLWARD_KEYS.",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def debug_stays_at_home(start: Start) -> Finding | None:
    """Debug pages show everything, so they are for this machine alone."""
    if not settings.DEBUG or (_is_loopback(start.host) and is_marked(start.folder)):
        return None
    return Finding(
        name="callward.E004",
        fact="Debug pages are on, where strangers or real calls are.",
        mend="Unset CALLWARD_DEBUG.",
    )


def strangers_come_through_tls(start: Start) -> Finding | None:
    """Whoever comes over a network speaks TLS: with us, or with a proxy that nobody passes by."""
    web = start.folder.chosen.web
    if _is_loopback(start.host) or web.own_tls or (web.behind_proxy and web.proxies):
        return None
    if web.behind_proxy:
        fact = "Whoever reaches the port of the console could pass the TLS proxy by."
        mend = "Say from where the proxy comes with web.proxies, or listen on 127.0.0.1."
    else:
        fact = "The console would listen to a network without TLS."
        mend = "Choose web.tls = “own” with a certificate, or “proxy”, or use 127.0.0.1."
    return Finding(name="callward.E005", fact=fact, mend=mend)


def own_certificate_is_usable(start: Start) -> Finding | None:
    """TLS of our own has a certificate with its key, which nobody else reads."""
    web = start.folder.chosen.web
    if not web.own_tls or web.certificate is None or web.certificate_key is None:
        return None
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            web.certificate, web.certificate_key, password=_no_password
        )
        if not _open_to_others(web.certificate_key):
            return None
        fact = "Others may read the key of the certificate."
    except OSError:
        fact = "The certificate of the console and its key cannot be used together."
    return Finding(
        name="callward.E019",
        fact=fact,
        mend="Name a PEM certificate in web.certificate and its key without a password, of mode "
        "0600, in web.certificate_key.",
    )


def _no_password() -> str:
    """A key that asks for one could not be read when the console starts by itself."""
    return ""


def secret_is_kept_and_long(start: Start) -> Finding | None:
    """Sessions are signed with a secret of this folder alone."""
    kept = start.folder.secret.read_text() if start.folder.secret.is_file() else ""
    if len(kept) >= _SHORTEST_SECRET and kept == settings.SECRET_KEY:
        return None
    return Finding(
        name="callward.E006",
        fact="The secret that signs sessions is missing or short.",
        mend="Remove the file “secret” and run “callward init”; everybody signs in again.",
    )


def nothing_awaits_its_replay(start: Start) -> Finding | None:
    """What was destroyed since a backup is destroyed again before anybody sees it (D-03)."""
    del start
    if not vault.awaiting_replay():
        return None
    return Finding(
        name="callward.E007",
        fact="A backup was restored and the destroyed-ledger is not replayed yet.",
        mend="Run “callward restore --replay”.",
    )


def tables_are_up_to_date(start: Start) -> Finding | None:
    """The database has the form that this version writes."""
    del start
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return None
    return Finding(
        name="callward.E008",
        fact="The database has the form of another version.",
        mend="Make a backup, then run “callward init”.",
    )


def recordings_lie_where_promised(start: Start) -> Finding | None:
    """S-10: what is kept lies in the regions that every policy in force names."""
    places = start.folder.places()
    for view in controllers.controllers():
        rules = controllers.policy_in_force(view.ref, at=clock.now()).recording
        if rules and rules.regions and not all_within(places, frozenset(rules.regions)):
            return Finding(
                name="callward.E009",
                fact=f"The policy of {view.slug} keeps recordings in {_listed(rules.regions)}, "
                f"and they would lie in {_listed(places) or 'an unnamed region'}.",
                mend="Say where it stands with “callward init --region RO”, or move it.",
            )
    return None


def _listed(words: frozenset[str]) -> str:
    return " or ".join(sorted(words))


def work_is_kept(start: Start) -> Finding | None:
    """Jobs have their tables before anybody promises work."""
    del start
    try:
        jobs.statuses(limit=1)
    except JobsError:
        return Finding(
            name="callward.E011",
            fact="The tables of the jobs are missing.",
            mend="Run “callward init”.",
        )
    return None


def clock_is_the_machines(start: Start) -> Finding | None:
    """Only a demonstration lives at another time."""
    off = abs(clock.now() - clock.SystemClock().now())
    if off <= _CLOCK_TOLERANCE or is_marked(start.folder):
        return None
    return Finding(
        name="callward.E012",
        fact="The clock is moved in a folder with real calls.",
        mend="Start without moving the clock.",
    )


def second_clock_agrees(start: Start) -> Finding | None:
    """Two clocks say the same, or nothing is destroyed, kept or promised by either."""
    chosen = start.folder.chosen.clock
    if not chosen.server or is_marked(start.folder):
        return None
    ahead = second_clock.ahead_of_us(chosen)
    if ahead is None or abs(ahead) <= _CLOCK_TOLERANCE:
        return None  # one that only does not answer is named by health
    return Finding(
        name="callward.E020",
        fact=f"The second clock is {ahead.total_seconds():+.0f} s off this machine's.",
        mend="Set the clock of the machine, or name a right one in clock.server.",
    )


def keys_open(start: Start) -> Finding | None:
    """The root key is there and opens the key store."""
    del start
    try:
        vault.service_key("audit")
    except CallwardError as error:
        return Finding(
            name="callward.E013", fact=f"The key store does not open: {error.code}.",
            mend=error.mend % error.facts,
        )  # fmt: skip
    return None


def hosts_are_named(start: Start) -> Finding | None:
    """The console answers to its own names only."""
    if "*" not in settings.ALLOWED_HOSTS and (
        _is_loopback(start.host)
        or set(settings.ALLOWED_HOSTS) - {"localhost", "127.0.0.1", "[::1]"}
    ):
        return None
    return Finding(
        name="callward.E014",
        fact="The console does not know the names it may be called by.",
        mend="Name them with CALLWARD_HOSTS=calls.example.org.",
    )


CHECKS: tuple[Callable[[Start], Finding | None], ...] = (
    rows_lie_in_one_place,
    folders_are_private,
    keys_are_private,
    keys_lie_outside_the_data_backup,
    debug_stays_at_home,
    strangers_come_through_tls,
    own_certificate_is_usable,
    hosts_are_named,
    secret_is_kept_and_long,
    clock_is_the_machines,
    second_clock_agrees,
    server_lets_us_in,
    tables_are_up_to_date,
    keys_open,
    nothing_awaits_its_replay,
    work_is_kept,
    *ENGINE_CHECKS,
    recordings_lie_where_promised,
)
# While one of these is wrong the ones after it cannot be asked.
_STOP_AT = frozenset(
    {
        rows_lie_in_one_place,
        server_lets_us_in,
        tables_are_up_to_date,
        keys_open,
        nothing_awaits_its_replay,
    }
)


def findings(start: Start) -> Iterator[Finding]:
    """Everything that must not run, in the order to mend it."""
    for check in CHECKS:
        found = check(start)
        if found is None:
            continue
        yield found
        if check in _STOP_AT:
            return


def refuse_unsafe(start: Start) -> list[Finding]:
    """Raise UnsafeStartError when a check finds anything; its message names the checks."""
    found = list(findings(start))
    if found:
        raise UnsafeStartError(checks=" ".join(str(one) for one in found))
    return found
