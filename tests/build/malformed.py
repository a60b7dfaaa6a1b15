"""More than two hundred policy files that nobody should be able to run, the same every time."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from typing import TYPE_CHECKING

from build.policies import SAMPLES, sample_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

Case = tuple[str, "str | bytes"]

_LOOKS_LIKE = str.maketrans({"a": "а", "c": "с", "e": "е", "i": "і", "o": "о", "p": "р", "x": "х"})
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def text_of(name: str) -> str:
    """A sample file as text."""
    return sample_toml(name).decode()


def toml_of(tables: dict, path: tuple[str, ...] = ()) -> str:
    """Tables written as a TOML file: what is plain first, then each table under its header."""
    plain = [f"{_key(key)} = {value_of(each)}" for key, each in tables.items() if _is_plain(each)]
    lines = [f"[{'.'.join(map(_key, path))}]", *plain] if path else plain
    text = "\n".join(lines) + "\n"
    for key, each in tables.items():
        if not _is_plain(each):
            text += toml_of(each, (*path, key))
    return text


def _is_plain(value: object) -> bool:
    return not (isinstance(value, dict) and any(isinstance(v, dict | list) for v in value.values()))


def value_of(value: object) -> str:
    """One value as TOML writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {value_of(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[\n" + "".join(f"{value_of(each)},\n" for each in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value)


def _key(key: str) -> str:
    return key if key and set(key) <= _BARE else json.dumps(key)


def malformed() -> list[Case]:
    """Every case by its name."""
    cases = [
        *_huge(),
        *_deep(),
        *_not_text(),
        *_not_toml(),
        *_twice(),
        *_wrong_types(),
        *_homoglyphs(),
        *_cut_short(),
        *_conflicts(),
    ]
    assert len({name for name, _ in cases}) == len(cases)
    return cases


def _huge() -> Iterator[Case]:
    base = text_of("therapy-association")
    yield "huge: comment", base + "#" * 200_000
    yield "huge: lines", base + "\n" * 60_000
    yield "huge: long line", base + "x = '" + "a" * 1_100 + "'"
    yield "huge: number", base + "x = " + "9" * 990
    yield "huge: hexadecimal", base + "x = 0x" + "f" * 900
    yield "huge: list", base + "x = [" + ("1," * 400 + "\n") * 20 + "]"
    yield (
        "huge: purposes",
        base
        + "".join(
            f"[purpose.p{row}]\ndpv = 'dpv:CustomerCare'\nbasis = 'A6-1-b'\n" for row in range(250)
        ),
    )
    yield "huge: remarks", base + "[[remark]]\nlanguage='en'\ntext='a'\n" * 300
    yield "huge: text", base.replace("Terapie Exemplu", "T" * 600, 1)
    yield "huge: prose", base + f'[[remark]]\nlanguage = "en"\ntext = """{"said " * 9_000}"""'
    yield "huge: dots", base + "x" + ".x" * 300 + " = 1"
    yield "huge: keys", base + "".join(f"key{row} = {row}\n" for row in range(3_000))


def _deep() -> Iterator[Case]:
    base = text_of("web-shop")
    for depth in (13, 40, 90, 240):
        yield f"deep: arrays {depth}", base + "x = " + "[" * depth + "]" * depth
        yield f"deep: inline tables {depth}", base + "x = " + "{a=" * depth + "1" + "}" * depth
    yield "deep: arrays over lines", base + "x = " + "[\n" * 1500 + "]\n" * 1500
    yield "deep: headers", base + "".join(f"[{'a.' * 30}b{row}]\n" for row in range(100))
    yield "deep: rows", base + "[[recipient]]\n" + "[recipient.a.b.c.d.e.f.g]\nx = 1\n"


def _not_text() -> Iterator[Case]:
    raw = sample_toml("smart-metering")
    yield "text: utf-16", raw.decode().encode("utf-16")
    yield "text: latin", raw.decode().replace("Ț", "").encode("cp1252", "replace") + b"\xff"
    yield "text: broken tail", raw + b"\xc3"
    yield "text: zero byte", raw[:300] + b"\x00" + raw[300:]
    yield "text: escape", raw.replace(b'"Contor', b'"\x1b[31mContor', 1)
    yield "text: old line ends", raw.replace(b"\n", b"\r")
    yield "text: separator", raw.decode().replace("\n", "\u2028", 40)
    yield "text: mark in the middle", raw.decode().replace("brand", "\ufeffbrand", 1)
    for name, letter in (
        ("right to left", "\\u202e"),
        ("zero width", "\\u200b"),
        ("bell", "\\u0007"),
        ("private", "\\ue000"),
        ("soft hyphen", "\\u00ad"),
    ):
        yield f"text: {name}", raw.decode().replace('"Contor Isteț', f'"{letter}Contor', 1)
    yield "text: surrogate", raw.decode().replace('"Contor Isteț', '"\\ud800', 1)
    yield "text: nothing", ""
    yield "text: spaces", " \n\t\n "
    yield "text: comment alone", "# a policy"
    yield "text: json", json.dumps({"schema": "callward-policy/1"})
    yield "text: yaml", "schema: callward-policy/1\nversion: 1\n"


def _not_toml() -> Iterator[Case]:
    base = text_of("dermatology-clinic")
    for name, line in (
        ("no value", "x ="),
        ("no key", "= 1"),
        ("no quotes", "x = word"),
        ("open quotes", 'x = "open'),
        ("open long quotes", 'x = """open'),
        ("open list", "x = [1, 2"),
        ("open table", "[activity.more"),
        ("two values", "x = 1 2"),
        ("comma in front", "x = [,1]"),
        ("day that is not", "x = 2026-02-30"),
        ("hour that is not", "x = 25:00:00"),
        ("octal", "x = 0777"),
        ("bad escape", 'x = "\\q"'),
        ("true in capitals", "x = True"),
        ("key with blank", "my key = 1"),
        ("table within brackets", "[[a]"),
        ("inline over lines", "x = { a = 1,\n b = 2 }"),
    ):
        yield f"toml: {name}", f"{base}\n{line}\n"


def _twice() -> Iterator[Case]:
    for name in SAMPLES:
        base = text_of(name)
        yield f"twice: rights of {name}", base + "\n[rights]\nall = ['A15']\n"
        yield f"twice: header of {name}", 'schema = "callward-policy/1"\n' + base
        yield f"twice: row and table of {name}", base + "\n[recipient]\nid = 'x'\n"
        yield f"twice: dotted of {name}", base + "\n[controller.id]\nx = 1\n"
    shop = text_of("web-shop")
    yield "twice: activity", shop + "\n[activity.call-recording]\ndpv = 'dpv:Record'\n"
    yield "twice: key", shop.replace("notice_days = 14", "notice_days = 14\nnotice_days = 15")
    yield "twice: inline", shop.replace("stop = { on", "stop = { within_seconds = 2, on", 1)
    yield "twice: list and table", shop + "\n[[dpo]]\nemail = 'a@b.example'\n"
    yield "twice: closed inline", shop + "\n[activity.call-recording.stop]\nextra = 1\n"


_WRONG: tuple[object, ...] = (7, "seven", True, ["a", ["b"]], {"a": {"b": 1}}, -1, "", [], 10**15)


def _wrong_types() -> Iterator[Case]:
    """Each key of each sample holds, in its turn, something else than what belongs there."""
    for number, name in enumerate(SAMPLES):
        leaves = [path for path, _ in _leaves(_tables(name), ())]
        for step in range(14):
            path = leaves[(step * 37 + number * 11) % len(leaves)]
            tables = _tables(name)
            stood = _at(tables, path)
            wrong = next(
                each
                for each in (_WRONG[(step + shift) % len(_WRONG)] for shift in range(len(_WRONG)))
                if type(each) is not type(stood)
            )
            _put(tables, path, wrong)
            told = ".".join(map(str, path))
            yield f"type: {name} {told} {type(wrong).__name__}", toml_of(tables)


def _tables(name: str) -> dict[str, object]:
    return tomllib.loads(text_of(name))


def _leaves(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[tuple, object]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for row, each in enumerate(value):
            yield from _leaves(each, (*path, row))
    else:
        yield path, value


def _at(tables: object, path: tuple) -> object:
    for part in path:
        tables = tables[part]  # type: ignore[index]  # the path was found by walking
    return tables


def _put(tables: object, path: tuple, value: object) -> None:
    _at(tables, path[:-1])[path[-1]] = value  # type: ignore[index]  # the same


def _homoglyphs() -> Iterator[Case]:
    base = text_of("therapy-association")
    for key in ("controller", "category", "purpose", "activity", "rights", "breach", "backup"):
        yield (
            f"homoglyph: table {key}",
            base.replace(f"[{key}", f'["{key.translate(_LOOKS_LIKE)}"', 1),
        )
    for key in (
        "brand",
        "email",
        "retain",
        "period",
        "basis",
        "answer",
        "roles",
        "regions",
        "formats",
        "contents",
        "languages",
        "version",
    ):
        yield (
            f"homoglyph: key {key}",
            base.replace(f"{key} =", f'"{key.translate(_LOOKS_LIKE)}" =', 1),
        )
    for word in ("keypress", "cap", "call.initiated", "crypto-shred", "processor", "A6-1-c"):
        stands = f'"{word}"'
        source = base if stands in base else text_of("smart-metering")
        fake = word.replace("A", "А").translate(_LOOKS_LIKE)
        yield f"homoglyph: word {word}", source.replace(stands, f'"{fake}"', 1)
    for slug in ("quality", "complaints"):
        yield (
            f"homoglyph: purpose {slug}",
            base.replace(f"[purpose.{slug}]", f'[purpose."{slug.translate(_LOOKS_LIKE)}"]', 1),
        )
    yield "homoglyph: full width", base.replace("brand =", '"ｂｒａｎｄ" =', 1)
    yield "homoglyph: joiner", base.replace("brand =", '"br\\u200dand" =', 1)
    yield "homoglyph: e-mail", base.replace("office@therapy", "оffice@therapy", 1)
    yield "homoglyph: address", base.replace("https://therapy", "https://thеrapy", 1)


def _cut_short() -> Iterator[Case]:
    for name in SAMPLES:
        base = text_of(name)
        for share in range(1, 9):
            yield f"cut: {name} at {share}/10", base[: len(base) * share // 10]


_FLOOR = (
    'floor = { kind = "floor", period = "P9Y", start = "call.initiated", law = "ro-82-1991" }\n'
)
_RETAIN = (
    'retain = { kind = "cap", period = "P6M", start = "call.initiated", destroy = "crypto-shred" }'
)


def _conflicts() -> Iterator[Case]:
    """Well-formed, and saying two things that cannot both be true."""
    base = text_of("smart-metering")
    for name, stands, written in (
        ("cap below floor", _RETAIN, _FLOOR + _RETAIN),
        (
            "cap and floor of two events",
            _RETAIN,
            _FLOOR.replace("call.", "call.", 1).replace("call.initiated", "contract.ended")
            + _RETAIN,
        ),
        (
            "floor for cap",
            'kind = "cap", period = "P6M", start = "call.initiated", destroy',
            'kind = "floor", period = "P6M", start = "call.initiated", destroy',
        ),
        (
            "no end",
            'period = "P6M", start = "call.initiated", destroy',
            'period = "endless", start = "call.initiated", destroy',
        ),
        (
            "no start",
            'period = "P6M", start = "call.initiated", destroy',
            'period = "P6M", destroy',
        ),
        ("consent not asked", 'consent = "keypress"', 'consent = "none"'),
        ("going on as consent", 'consent = "keypress"', 'consent = "continued"'),
        ("never told", 'announce = "before-connect"', 'announce = "never"'),
        (
            "identified first",
            'announce = "on-connect-before-identification"',
            'announce = "after-identification"',
        ),
        ("no refusal", ', refuse = "unrecorded-queue"', ""),
        (
            "recorded both ways, told one",
            'directions = ["in", "out"]',
            'directions = ["in", "out"]\nnumbers = []',
        ),
        (
            "listens for what is not recorded",
            'purposes = ["quality", "training", "complaints", "cl',
            'purposes = ["marketing", "quality", "training", "complaints", "cl',
        ),
        ("nobody listens", 'roles = ["call-reviewer"]', "roles = []"),
        ("administrator listens", 'roles = ["call-reviewer"]', 'roles = ["administrator"]'),
        ("veto", 'other_voices = "mask"', 'other_voices = "veto"'),
        ("nowhere", 'locate = { regions = ["RO", "EU"]', "locate = { regions = []"),
        ("outside", 'locate = { regions = ["RO", "EU"]', 'locate = { regions = ["US"]'),
        ("recipient elsewhere", 'country = "RO"\ncontract', 'country = "US"\ncontract'),
        ("recipient of nothing", 'activity = "call-recording"', 'activity = "call-melting"'),
        ("no contract", "contract = 2025-10-01\n", ""),
        ("late answer", 'answer = "P30D"', 'answer = "P3M"'),
        ("no right of access", '"A13", "A15", "A16"', '"A13", "A16"'),
        ("late breach", 'authority = "PT72H"', 'authority = "PT90H"'),
        ("short breach", '"consequences", "measures"]', '"consequences"]'),
        ("unknown authority", 'jurisdiction = "RO"', 'jurisdiction = "FR"'),
        ("nobody second", '[two_person]\nsecond = "dpo"', "[two_person]"),
        ("purpose for nothing", "[purpose.site]", "[purpose.site-too]"),
        (
            "no basis",
            'dpv = "cw:quality-improvement"\nbasis = "A6-1-a"',
            'dpv = "cw:quality-improvement"',
        ),
        ("interest unnamed", 'interest = "verify-complaints"\n', ""),
        ("reviewed after its end", 'max = "P3Y", review = "P6M"', 'max = "P3M", review = "P6M"'),
        ("hold twice", 'reason = "legal-claim"', 'reason = "complaint"'),
        (
            "special without condition",
            '[category.said]\ndpv = "cw:said"',
            '[category.said]\ndpv = "pd:MedicalHealth"\nspecial = true',
        ),
        (
            "waived for ever",
            "[two_person]",
            '[[waiver]]\ncode = "X-02"\nby = "a"\nuntil = 2030-01-01\nreason = "b"\n\n[two_person]',
        ),
        (
            "waived nothing",
            "[two_person]",
            '[[waiver]]\ncode = "Q-99"\nby = "a"\nuntil = 2030-01-01\nreason = "b"\n\n[two_person]',
        ),
        ("channel without address", 'fax = "+442079460299"\n', ""),
    ):
        assert stands in base, name
        if name != "recorded both ways, told one":
            yield f"conflict: {name}", base.replace(stands, written, 1)
    outbound = next(line for line in base.split("\n") if line.startswith("outbound ="))
    yield "conflict: recorded both ways, told one", base.replace(outbound + "\n", "", 1)
