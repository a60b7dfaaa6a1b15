"""A process with everything loaded, from which the programs of the tests are forked.

`python -m build.fork_server SOCKET READY` loads Django and every package but runs no `ready` and
reads no data folder. For each request it forks a child that takes the caller's environment,
folder, mask and files, and goes on as `python -m MODULE`, `python FILE` or `python -c CODE` would:
settings are read and applications made ready there. It ends with the last test worker.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import shutil
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from build.fork_request import LEASE, LENGTH, RUN
from build.nested_program import TEXT

SETTINGS = "callward.config.settings"
# Importing them does something; programs that need them import them.
ACTING = {"callward.ops.__main__", "callward.config.asgi"}


def load() -> dict[str, object]:
    """Load whatever a program may use, and answer the settings that packages added to ours."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    from django.apps import AppConfig, apps  # noqa: PLC0415  # the settings have a name only now
    from django.conf import settings  # noqa: PLC0415  # as above

    ours = set(dir(settings))
    for entry in settings.INSTALLED_APPS:
        made = AppConfig.create(entry)
        apps.app_configs[made.label] = made
        made.apps = apps
    apps.apps_ready = True
    for made in apps.get_app_configs():
        made.import_models()
    apps.models_ready = True
    import callward  # noqa: PLC0415  # as above

    for found in walk_packages(callward.__path__, "callward."):
        if found.name not in ACTING:
            import_module(found.name)
    import django.test  # noqa: F401, PLC0415  # what steps of tests use besides
    from django.core.management.commands import migrate  # noqa: F401, PLC0415  # as above

    return {name: getattr(settings, name) for name in vars(settings._wrapped) if name not in ours}


class Server:
    """Takes requests one after the other and tells each caller how its child ended."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._seen = selectors.DefaultSelector()
        self._leases = 0
        self._seen.register(door, selectors.EVENT_READ, self._greet)

    def serve(self) -> dict[str, Any] | None:
        """Serve until nobody is left; in a child answer what it is asked to become."""
        while True:
            for key, _events in self._seen.select():
                asked = key.data(key.fileobj)
                if asked is not None:
                    return asked
                if self._leases < 0:
                    return None

    def _greet(self, door: socket.socket) -> None:
        line, _name = door.accept()
        kind = line.recv(1)
        if kind == LEASE:
            self._leases += 1
            line.sendall(LEASE)
            self._seen.register(line, selectors.EVENT_READ, self._leave)
            return None
        return self._fork(line) if kind == RUN else line.close()

    def _leave(self, line: socket.socket) -> None:
        self._seen.unregister(line)
        line.close()
        self._leases -= 1
        if not self._leases:
            self._leases = -1

    def _fork(self, line: socket.socket) -> dict[str, Any] | None:
        first, files, _flags, _name = socket.recv_fds(line, LENGTH, 3)
        left, parts = int.from_bytes(first), []
        while left:
            parts.append(line.recv(min(left, 65536)))
            left -= len(parts[-1])
        asked = json.loads(b"".join(parts)) | {"files": files}
        if not (pid := os.fork()):
            self._let_go()
            line.close()
            return asked
        for file in files:
            os.close(file)
        line.sendall(pid.to_bytes(LENGTH))
        end = os.pidfd_open(pid)
        self._seen.register(end, selectors.EVENT_READ, lambda _end: self._end(line, pid, end))
        # A caller that goes away takes its program with it.
        self._seen.register(line, selectors.EVENT_READ, lambda _line: self._give_up(line, pid))
        return None

    def _let_go(self) -> None:
        """What is open here belongs to the loaded process and not to its child."""
        for key in list(self._seen.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
            else:
                os.close(key.fd)
        self._seen.close()

    def _end(self, line: socket.socket, pid: int, end: int) -> None:
        self._seen.unregister(end)
        os.close(end)
        _pid, status = os.waitpid(pid, 0)
        if line.fileno() != -1:
            self._seen.unregister(line)
            with suppress(OSError):  # the caller may leave at the same moment
                line.sendall(os.waitstatus_to_exitcode(status).to_bytes(LENGTH, signed=True))
            line.close()

    def _give_up(self, line: socket.socket, pid: int) -> None:
        self._seen.unregister(line)
        line.close()
        os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Leave the caller, load, listen, and go on as a child or end."""
    path, ready = Path(sys.argv[1]), int(sys.argv[2])
    if os.fork():
        return
    defaults = load()
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(path))
    door.listen(64)
    nested = path.with_name("python")
    nested.write_text(TEXT.format(real=sys.executable, tests=str(Path.cwd()), door=str(path)))
    nested.chmod(0o700)
    gc.collect()
    gc.freeze()
    os.write(ready, b"ready")
    os.close(ready)
    asked = Server(door).serve()
    if asked is None:
        door.close()
        shutil.rmtree(path.parent)  # with whatever the workers shared
        return
    from build.forked import become  # noqa: PLC0415  # only children need it

    become(asked, defaults, nested=str(nested))


if __name__ == "__main__":
    main()
