"""`python -m callward.ops` is the `callward` command."""

from __future__ import annotations

from callward.ops.main import main

main()
