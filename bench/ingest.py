"""Taking in 200 recordings of 1 MB, beside copying tools that promise less.

The limit is a raw grouped write with fdatasync. Peers: `rclone copy` to a crypt remote, `age` once
per file, `restic backup`, each as one would call it: rclone and age return before anything is
durable, restic flushes its packs. So rclone and age are also timed with a flush of what they wrote
(`+ sync`), which is stated and not demanded. Ours is the folder door end to end: read, hashed,
looked at, sealed with a key each, durable, read back, indexed, audited, deleted at the source. The
upload door takes the same over HTTP from sixteen senders. With `--engines` the folder doors of
houses on PostgreSQL, alone and with SeaweedFS, take turns with that of the embedded default.
Usage: python bench/ingest.py [--engines] [--repeats 5]
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench._arrivals import BITS_A_SECOND, envelope, noise
from bench._ingest_door import EMBEDDED, ROWS, SERVERS, in_turn
from bench._support import Verdict, interleaved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from callward.kernel.references import Ref

FILES, SIZE, GROUP, SENDERS = 200, 1_000_000, 64, 16
RCLONE, AGE, RESTIC, RAW, UPLOAD, BESIDE = 1.8, 3.5, 3.5, 0.35, 0.5, 0.7
OLD = timedelta(minutes=5)


class Corpus:
    """Recordings that differ in their last tag, and the envelopes beside them."""

    def __init__(self, folder: Path) -> None:
        from callward.intake.audio_probe import probe  # noqa: PLC0415  # after the folder is named

        self._audio, self._folder = noise(SIZE * 8 // BITS_A_SECOND - 2), folder
        self._seconds = round(probe(self._audio, kind="mp3").seconds)
        self._numbers = itertools.count()
        self._round = 0

    def recording(self) -> tuple[bytes, bytes]:
        """A recording that nobody has seen, with its envelope."""
        number = next(self._numbers)
        tag = b"TAG" + f"{number}".encode().ljust(125, b"\0")
        start = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=number)
        told = envelope(number, system="bench", start=start, seconds=self._seconds)
        return self._audio + tag, told

    def fresh(self, *, sidecars: bool) -> Path:
        """A folder of recordings, finished some minutes ago; never timed."""
        self._round += 1
        folder = self._folder / f"source-{self._round}"
        folder.mkdir(parents=True)
        stamp = (datetime.now(UTC) - OLD).timestamp()
        for place in range(FILES):
            audio, told = self.recording()
            files = {f"{place}.mp3": audio} | ({f"{place}.json": told} if sidecars else {})
            for name, content in files.items():
                (folder / name).write_bytes(content)
                os.utime(folder / name, (stamp, stamp))
        os.sync()  # the writes of the preparation are nobody's work
        return folder


def raw(source: Path, to: Path) -> None:
    """The limit: plain copies, flushed by groups."""
    to.mkdir()
    files = sorted(source.iterdir())
    for start in range(0, len(files), GROUP):
        opened = []
        for path in files[start : start + GROUP]:
            descriptor = os.open(to / path.name, os.O_WRONLY | os.O_CREAT)
            os.write(descriptor, path.read_bytes())
            opened.append(descriptor)
        for descriptor in opened:
            os.fdatasync(descriptor)
            os.close(descriptor)


def run(*command: str, **environment: str) -> str:
    """Run a peer and answer what it prints."""
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=os.environ | environment
    )
    return done.stdout.strip()


def flush(paths: set[Path]) -> None:
    """Make files and folders durable, as `sync` does for its arguments."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


class Peers:
    """The tools that one would use instead."""

    def __init__(self, top: Path) -> None:
        self._top = top
        missing = [name for name in ("rclone", "age", "restic") if not shutil.which(name)]
        if missing:
            sys.exit(f"Missing: {' '.join(missing)}. Install: apt-get install {' '.join(missing)}")
        self._rclone = {
            "RCLONE_CONFIG": str(top / "rclone.conf"),
            "RCLONE_CONFIG_SEALED_TYPE": "crypt",
            "RCLONE_CONFIG_SEALED_REMOTE": str(top / "rclone"),
            "RCLONE_CONFIG_SEALED_PASSWORD": run("rclone", "obscure", "bench"),
        }
        run("age-keygen", "-o", str(top / "age.key"))
        self._recipient = run("age-keygen", "-y", str(top / "age.key"))
        self._restic = {"RESTIC_REPOSITORY": str(top / "restic"), "RESTIC_PASSWORD": "bench"}
        run("restic", "init", "--quiet", **self._restic)

    def rclone(self, source: Path) -> None:
        run("rclone", "copy", str(source), f"sealed:{source.name}", **self._rclone)

    def rclone_flushed(self, source: Path) -> None:
        before = set((self._top / "rclone").rglob("*"))
        self.rclone(source)
        flush(set((self._top / "rclone").rglob("*")) - before)

    def age(self, source: Path) -> None:
        for _sealed in self._aged(source):
            pass

    def age_flushed(self, source: Path) -> None:
        for sealed in self._aged(source):
            flush({sealed})

    def _aged(self, source: Path) -> Iterator[Path]:
        to = self._top / f"age-{source.name}"
        to.mkdir()
        for path in source.iterdir():
            run("age", "-r", self._recipient, "-o", str(to / path.name), str(path))
            yield to / path.name

    def restic(self, source: Path) -> None:
        cache = str(self._top / "cache")
        run("restic", "backup", "--quiet", "--cache-dir", cache, str(source), **self._restic)


def set_up(top: Path) -> tuple[Ref, str]:
    """A fresh Callward with one controller, and the token of a machine that uploads."""
    from callward.ops.data_folder import chosen_folder  # noqa: PLC0415  # after the folder is named
    from callward.ops.first_start import set_up as first_start  # noqa: PLC0415  # as above

    first_start(chosen_folder(), region="RO", passphrase=None)
    from callward.accounts import services as accounts  # noqa: PLC0415  # after Django
    from callward.controllers.services import add_controller  # noqa: PLC0415  # as above
    from callward.intake.states import IntakeCapability  # noqa: PLC0415  # as above
    from callward.kernel import clock  # noqa: PLC0415  # as above
    from callward.kernel.actors import system_actor  # noqa: PLC0415  # as above

    del top
    policy = Path(__file__).parent.parent / "policies" / "therapy-association.toml"
    actor, at = system_actor("bench"), clock.now()
    controller = add_controller(policy.read_bytes(), actor=actor, at=at)
    token = accounts.issue_token(
        controller_ref=controller.ref,
        label="bench",
        capability=IntakeCapability.UPLOAD,
        ends_at=at + timedelta(days=1),
        actor=actor,
        at=at,
    )
    return controller.ref, token.token


def take_in(source: Path, controller_ref: Ref) -> None:
    """Our folder door."""
    from callward.intake import services as intake  # noqa: PLC0415  # after Django
    from callward.kernel import clock  # noqa: PLC0415  # as above
    from callward.kernel.actors import system_actor  # noqa: PLC0415  # as above

    report = intake.take_in_folder(
        source, controller_ref, actor=system_actor("bench"), at=clock.now()
    )
    if report.taken_in != FILES or list(source.iterdir()):
        sys.exit(f"The folder door did not take everything in: {report.as_json()}")


class Server:
    """The real web server on a free port of this machine."""

    def __init__(self, token: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._token = token
        self._granian = subprocess.Popen(
            [
                str(Path(sys.executable).parent / "granian"),
                "--interface", "asgi", "--host", "127.0.0.1", "--port", str(self._port),
                "--workers", "1", "--log-level", "error", "callward.config.asgi:application",
            ]
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        sys.exit("The web server did not start.")

    def stop(self) -> None:
        """Stop with a deadline."""
        self._granian.terminate()
        try:
            self._granian.wait(10)
        except subprocess.TimeoutExpired:
            self._granian.kill()

    def upload(self, bodies: list[tuple[bytes, bytes]]) -> None:
        """Sixteen senders, each on a connection of its own."""
        with ThreadPoolExecutor(SENDERS) as pool:
            shares = [bodies[sender::SENDERS] for sender in range(SENDERS)]
            for statuses in pool.map(self._send, shares):
                if set(statuses) != {201}:
                    sys.exit(f"The upload door answered {sorted(set(statuses))}.")

    def _send(self, bodies: list[tuple[bytes, bytes]]) -> list[int]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "audio/mpeg"}
        statuses = []
        for audio, told in bodies:
            headers["Callward-Envelope"] = b64encode(told).decode()
            connection.request("POST", "/api/v1/recordings", audio, headers)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        return statuses


def main() -> None:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    if asked.engines:
        _judge_beside(in_turn(asked.repeats))
    with tempfile.TemporaryDirectory(prefix="callward-bench-") as name:
        top = Path(name)
        os.environ["CALLWARD_DATA"] = str(top / "callward")
        controller_ref, token = set_up(top)
        corpus, peers, server = Corpus(top), Peers(top), Server(token)
        try:
            acts = _acts(corpus, peers, server, controller_ref)
            found = _interleaved_after_preparing(acts)
        finally:
            server.stop()
    _judge(found)


def _acts(
    corpus: Corpus, peers: Peers, server: Server, controller_ref: Ref
) -> dict[str, tuple[Callable[[], object], Callable[[object], None]]]:
    plain, told = (lambda: corpus.fresh(sidecars=False)), (lambda: corpus.fresh(sidecars=True))
    return {
        "raw": (plain, lambda source: raw(source, source.with_name(source.name + ".raw"))),
        "rclone": (plain, peers.rclone),
        "age": (plain, peers.age),
        "rclone + sync": (plain, peers.rclone_flushed),
        "age + sync": (plain, peers.age_flushed),
        "restic": (plain, peers.restic),
        "folder": (told, lambda source: take_in(source, controller_ref)),
        "upload": (
            lambda: [corpus.recording() for _ in range(FILES)],
            server.upload,
        ),
    }


def _interleaved_after_preparing(
    acts: dict[str, tuple[Callable[[], object], Callable[[object], None]]],
) -> dict[str, float]:
    """Each act has its work laid out before the watch starts."""
    ready: dict[str, object] = {}

    def timed(act: Callable[[], object]) -> float:
        name, work = act()
        laid_out = ready.pop(name)
        started = time.perf_counter()
        work(laid_out)
        return time.perf_counter() - started

    def turn(name: str) -> Callable[[], object]:
        prepare, work = acts[name]

        def act() -> object:
            ready[name] = prepare()
            return name, work

        return act

    return interleaved({name: turn(name) for name in acts}, measure=timed)


def _judge_beside(found: dict[str, float]) -> None:
    verdict = Verdict()
    for name, median in found.items():
        verdict.say(f"{name:10} {median:7.2f} s  {FILES * 3600 / median:9,.0f} recordings an hour")
    verdict.say(f"PostgreSQL and a folder / embedded: {found[EMBEDDED] / found[ROWS]:.2f}x")
    ratio = found[EMBEDDED] / found[SERVERS]
    verdict.demand("PostgreSQL and SeaweedFS / embedded", found=ratio, at_least=BESIDE)
    verdict.end()


def _judge(found: dict[str, float]) -> None:
    verdict = Verdict()
    for name, median in found.items():
        verdict.say(f"{name:14} {median:7.2f} s  {FILES * SIZE / 1e6 / median:8.1f} MB/s")
    ours = found["folder"]
    verdict.demand("folder / raw grouped write", found=found["raw"] / ours, at_least=RAW)
    verdict.demand("folder / rclone crypt", found=found["rclone"] / ours, at_least=RCLONE)
    verdict.demand("folder / age", found=found["age"] / ours, at_least=AGE)
    verdict.demand("folder / restic", found=found["restic"] / ours, at_least=RESTIC)
    verdict.demand("upload / folder", found=ours / found["upload"], at_least=UPLOAD)
    verdict.end()


if __name__ == "__main__":
    main()
