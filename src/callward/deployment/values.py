"""The choices of a deployment as the engine reads them; the embedded default is every default."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from callward.deployment.errors import (
    AuthorityUnreadableError,
    SecretOpenError,
    SecretUnreadableError,
)

_OTHERS = stat.S_IRWXO
_CREDENTIALS = "CREDENTIALS_DIRECTORY"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_VERIFIED = "verify-full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a secret lies; it is read when it is needed and never shown."""

    setting: str
    file: Path | None = None
    credential: str = ""

    def __bool__(self) -> bool:
        return self.file is not None or bool(self.credential)

    def read(self) -> str:
        """The secret itself, or nothing where none was named; raises SecretUnreadableError."""
        if not self:
            return ""
        place = self._place()
        try:
            if place.stat().st_mode & _OTHERS:
                raise SecretOpenError(setting=self.setting)
            return place.read_text().rstrip("\r\n")
        except OSError as error:
            why = os.strerror(error.errno or 0)
            raise SecretUnreadableError(setting=self.setting, why=why) from None
        except UnicodeDecodeError:
            raise SecretUnreadableError(setting=self.setting, why="it is no text") from None

    def _place(self) -> Path:
        if self.file is not None:
            return self.file
        folder = os.environ.get(_CREDENTIALS)
        if not folder:
            why = "this program was given no credentials"
            raise SecretUnreadableError(setting=self.setting, why=why)
        return Path(folder) / self.credential


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the machine stands and where its folders lie."""

    region: str
    keys: Path
    root_key: Path | None
    passphrase_file: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where the rows lie; `direct_*` is an address without a pooler, for locks and jobs."""

    engine: str
    host: str
    port: int
    name: str
    user: str
    password: Secret
    tls: str
    ca: Path | None
    direct_host: str
    direct_port: int
    pool: int

    @property
    def on_postgresql(self) -> bool:
        return self.engine == "postgresql"

    @property
    def direct(self) -> tuple[str, int]:
        """Host and port of the connection that no pooler may stand in."""
        return self.direct_host or self.host, self.direct_port or self.port

    @property
    def needs_ca(self) -> bool:
        """Whether a server is known by its certificate alone."""
        afar = not all(map(_stays_here, (self.host, self.direct[0])))
        return self.on_postgresql and self.tls == _VERIFIED and afar

    def protection(self, host: str) -> dict[str, str]:
        """How a connection to a host is protected, in libpq's words; none is needed at home.

        Raises AuthorityUnreadableError.
        """
        if _stays_here(host):
            return {"sslmode": "prefer"}
        if self.ca is None:
            return {"sslmode": self.tls}
        _require_certificates(self.ca)
        return {"sslmode": self.tls, "sslrootcert": str(self.ca)}


def _stays_here(host: str) -> bool:
    return host.startswith("/") or host in _LOOPBACK


def _require_certificates(file: Path) -> None:
    import ssl  # noqa: PLC0415  # the default needs none

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except ssl.SSLError:
        why = "it holds no certificate"
        raise AuthorityUnreadableError(setting="database.ca", why=why) from None
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise AuthorityUnreadableError(setting="database.ca", why=why) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """Where sealed recordings lie."""

    store: str
    endpoint: str
    bucket: str
    prefix: str
    region: str
    key_id: str
    secret: Secret
    place: str = ""

    @property
    def on_s3(self) -> bool:
        return self.store == "s3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """Where accepted work waits: by default beside the rows."""

    database: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The mail server of the house."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """By which names the pages are called, and where TLS ends."""

    hosts: tuple[str, ...]
    tls: str
    proxies: tuple[str, ...]
    certificate: Path | None
    certificate_key: Path | None
    debug: bool

    @property
    def over_tls(self) -> bool:
        return self.tls != "none"

    @property
    def behind_proxy(self) -> bool:
        return self.tls == "proxy"

    @property
    def own_tls(self) -> bool:
        return self.tls == "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Addresses, ports and limits of the phone line."""

    sip_host: str
    sip_port: int
    media_host: str
    realm: str
    rtp_from: int
    rtp_to: int
    calls: int
    free_megabytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A second clock, which this machine's is compared with; none where no server is named."""

    server: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """Where backups are written, and where else copies of them lie."""

    folder: Path
    places: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Everything that a house chose."""

    place: Place
    database: Database
    objects: Objects
    jobs: Jobs
    mail: Mail
    web: Web
    line: Line
    clock: Clock
    backups: Backups
    sources: dict[str, str] = field(compare=False, default_factory=dict)

    def database_hosts(self) -> frozenset[str]:
        """The hosts of the database server, none where it is a file or a socket."""
        if not self.database.on_postgresql:
            return frozenset()
        hosts = {self.database.host, self.database.direct[0]}
        return frozenset(host for host in hosts if not host.startswith("/"))
