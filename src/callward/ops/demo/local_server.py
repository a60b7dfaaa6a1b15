"""A server that is started on this machine for a demonstration, a test or a bench, and ended."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from callward.kernel.errors import gettext_noop
from callward.ops.errors import OpsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

_READY_SECONDS = 60.0
_LOOK_EVERY = 0.05


class EngineMissingError(OpsError):
    """A server that a demonstration or a test needs is not on this machine."""

    code = "engine-missing"
    fact = gettext_noop("There is no %(engine)s on this machine.")
    mend = gettext_noop("Install Debian's package %(package)s.")


class EngineSilentError(OpsError):
    """A server was started and does not answer."""

    code = "engine-silent"
    fact = gettext_noop("%(engine)s does not answer.")
    mend = gettext_noop("Read the file server.log in its folder.")


def wait_until(ready: Callable[[], bool]) -> bool:
    """Wait a minute at most; tells whether it came true."""
    until = time.monotonic() + _READY_SECONDS
    while not ready():
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_EVERY)
    return True


@dataclass(slots=True, kw_only=True)
class LocalServer:
    """One server in a folder of its own; `with` starts it, ends it and removes its folder."""

    name: ClassVar[str]
    quickly: ClassVar[signal.Signals]  # how it ends without care

    folder: Path
    running: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.end()

    def start(self) -> None:
        """Start, or start again, and return when it serves."""
        raise NotImplementedError

    def serves(self) -> bool:
        """Whether it does what it was started for."""
        raise NotImplementedError

    def clear(self) -> None:
        """Remove or await what it leaves behind when it has ended."""

    def run(self, words: Sequence[str], **how: Any) -> None:
        """Run its program and wait until it serves; raises EngineSilentError."""
        with (self.folder / "server.log").open("ab") as log:
            self.running = subprocess.Popen(  # noqa: S603  # our own words
                words, cwd=self.folder, stdout=log, stderr=log, umask=0o077, **how
            )
        if not wait_until(lambda: self._has_ended() or self.serves()) or self._has_ended():
            raise EngineSilentError(engine=self.name)

    def _has_ended(self) -> bool:
        return self.running is None or self.running.poll() is not None

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop and wait for it; SIGKILL is a crash. `start` begins with what it kept."""
        if self.running is None:
            return
        self.running.send_signal(how)
        self.running.wait()
        self.running = None
        self.clear()

    def end(self) -> None:
        """Stop without care and remove everything."""
        self.stop(self.quickly)
        shutil.rmtree(self.folder)  # noqa: TID251  # a server of invented rows and recordings
