"""No program of Callward leaves a core file, which would hold keys and voices in clear."""

from __future__ import annotations

import resource

from callward.ops import main


def test_no_command_may_leave_a_core_file(monkeypatch):
    set_to = {}
    monkeypatch.setattr(resource, "setrlimit", lambda which, to: set_to.update({which: to}))
    monkeypatch.setattr(main.os, "umask", lambda _mask: None)
    monkeypatch.setattr(main, "run", lambda _words: 0)
    monkeypatch.setattr(main.sys, "exit", lambda _code: None)
    main.main()
    assert set_to == {resource.RLIMIT_CORE: (0, 0)}
