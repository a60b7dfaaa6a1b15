"""Refuse code of the product that nothing uses: neither code, tests, templates nor settings.

Run as `python -m tools.dead_code`; prints one line for each finding and exits 1 if there is any.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parent.parent
# Places whose words are names that are read elsewhere: in a page, by path, from a closed list.
_READ_ELSEWHERE = (
    "**/*.html", "**/*.typ", "config/*.py", "console/forms/*.py", "policy/vocabulary*.py",
    "**/states.py", "**/values.py", "holdings/*.py", "consents/models.py",
)  # fmt: skip
_UNREAD = ("*/migrations/*", "*/console/formats/*", "*/vendored/*")
# Whoever writes one of these hands the function over to a registry.
_REGISTERED = (
    "@page", "@action", "@probes*", "@every", "@register*", "@checks", "@*.command",
    "@model_validator",
)  # fmt: skip
# Names that somebody else asks for, by who asks.
_ALLOWED = {
    "django": (
        "*Config", "abstract", "clean_*", "default_auto_field", "form_template_name",
        "get_by_natural_key", "get_user", "last_login", "process_*", "to_python", "to_url",
        "USERNAME_FIELD",
    ),
    "allauth, axes": (
        "authenticat*", "axes_*", "is_open_for_signup", "pre_authenticate",
        "respond_user_inactive", "_session_key",
    ),
    "pydantic": ("model_config", "schema_"),
    "sippy": (
        "ack_rAddr", "addr2str", "autoconvert_tel_url", "getCanName", "getSIPaddr", "isWildCard",
        "model_udp_server", "pdelay_out_max", "ploss_out_rate", "send_to", "uack",
    ),
    "click": ("convert",),
    "python": (
        "__*__", "exc_text", "handle_starttag", "raiseExceptions", "readinto", "seekable",
        "stack_info",
    ),
    "the registry of holders, by path": ("*Holder",),
    "auditors, who read the row": ("*_at", "*_by", "declaration_ref", "joined_controller_ref"),
    "the garbage collector, which must not close it": ("inherited",),
    "whoever reads the report of a replay": ("certificates_adopted",),
}  # fmt: skip


def findings(root: Path = ROOT) -> list[str]:
    """Everything of the product that nothing uses."""
    product = root / "src" / "callward"
    allowed = [name for names in _ALLOWED.values() for name in names]
    vulture = Vulture(ignore_names=allowed, ignore_decorators=list(_REGISTERED))
    vulture.scavenge([str(root / part) for part in ("src", "tests", "tools", "bench")], _UNREAD)
    for pattern in _READ_ELSEWHERE:
        for path in product.glob(pattern):
            vulture.used_names |= set(re.findall(r"\w+", path.read_text()))
    unused = vulture.get_unused_code(min_confidence=60, sort_by_size=False)
    return [
        f"{one.filename.relative_to(root)}:{one.first_lineno}: nothing uses {one.typ} {one.name}"
        for one in unused
        if one.filename.is_relative_to(product)
    ]


def main() -> int:
    """Print what is dead; tell whether anything is."""
    found = findings()
    print("\n".join([*found, f"{len(found)} findings"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
