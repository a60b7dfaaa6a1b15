"""“May this person play this recording”: the compiled policy beside the same rule by hand.

Limit: the rule written by hand in Python, over the same constants. Peers: cedarpy and casbin,
each with its policy parsed once, beforehand. Every engine answers the same
questions and must give the same answers before anything is measured.
Usage: python bench/policy.py [--repeats 7]
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import sys
import tempfile
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from bench._support import Verdict, interleaved, processor_seconds

from callward.policy import CompiledPolicy, compile_policy, load, may_play
from callward.policy.vocabulary import Need, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    Question = tuple[Role, str, frozenset[Need]]
    Engine = Callable[[Question], bool]

BY_HAND_AT_LEAST = 0.8
AT_LEAST = {"cedarpy": 100.0, "casbin": 100.0}
ROOT = Path(__file__).parents[1]
POLICY = ROOT / "policies" / "therapy-association.toml"
FAST_ROUNDS, PEER_ROUNDS = 4000, 20

ALL_NEEDS = frozenset(Need)
# A yes for each way in, and a no for each thing that can be wrong.
QUESTIONS: list[Question] = [
    *product(
        (Role.SUPERVISOR, Role.CALL_REVIEWER, Role.DPO, Role.AGENT, Role.AUDITOR),
        ("quality", "complaints", "bookings", "curiosity"),
        (ALL_NEEDS, ALL_NEEDS - {Need.TRAINING_CURRENT}),
    )
]

# What somebody would write who has this one policy and no policy engine. Roles stand in a tuple,
# because asking a set for an enum member calls the member's hash in Python.
HAND_PURPOSES = frozenset({"complaints", "legal-duty", "quality"})
HAND_ROLES = (Role.CALL_REVIEWER, Role.DPO, Role.SUPERVISOR)
OWN_LOGIN, SECOND_FACTOR = Need.OWN_LOGIN, Need.SECOND_FACTOR
CONFIDENTIALITY_SIGNED = Need.CONFIDENTIALITY_SIGNED


def by_hand(*, role: Role, purpose: str | None, met: frozenset[Need]) -> str | None:
    """Answer by hand."""
    if not purpose:
        return "no-purpose"
    if purpose not in HAND_PURPOSES:
        return "purpose-not-declared"
    if role not in HAND_ROLES:
        return "role-not-allowed"
    if met >= ALL_NEEDS:
        return None
    return missing_by_hand(met)


def missing_by_hand(met: frozenset[Need]) -> str:
    """Name the first need that is missing."""
    if OWN_LOGIN not in met:
        return "need-missing:own-login"
    if SECOND_FACTOR not in met:
        return "need-missing:second-factor"
    if CONFIDENTIALITY_SIGNED not in met:
        return "need-missing:confidentiality-signed"
    return "need-missing:training-current"


def ask_hand(rounds: int) -> None:
    """Ask every question by hand."""
    for _ in range(rounds):
        for role, purpose, met in QUESTIONS:
            by_hand(role=role, purpose=purpose, met=met)


def ask_ours(policy: CompiledPolicy, rounds: int) -> None:
    """Ask the compiled policy every question."""
    for _ in range(rounds):
        for role, purpose, met in QUESTIONS:
            may_play(policy, role=role, purpose=purpose, met=met)


def ask(engine: Engine, rounds: int) -> None:
    """Ask a peer every question."""
    for _ in range(rounds):
        for question in QUESTIONS:
            engine(question)


def cedar_engine() -> Engine:
    """Cedar through cedarpy, policy text and entities made ready beforehand."""
    cedarpy = importlib.import_module("cedarpy")
    purposes = ", ".join(f'"{name}"' for name in HAND_PURPOSES)
    roles = ", ".join(f'"{role}"' for role in HAND_ROLES)
    needs = ", ".join(f'"{need}"' for need in sorted(ALL_NEEDS))
    text = f"""permit(principal, action == Action::"play", resource) when {{
        [{roles}].contains(context.role) && [{purposes}].contains(context.purpose)
        && context.met.containsAll([{needs}]) }};"""
    policies = cedarpy.PolicySet.from_str(text)
    entities = cedarpy.Entities.from_json_str("[]")
    requests = {
        question: {
            "principal": 'User::"someone"',
            "action": 'Action::"play"',
            "resource": 'Recording::"one"',
            "context": {
                "role": str(question[0]),
                "purpose": question[1],
                "met": sorted(map(str, question[2])),
            },
        }
        for question in QUESTIONS
    }
    return lambda question: cedarpy.is_authorized(requests[question], policies, entities).allowed


def casbin_engine(folder: Path) -> Engine:
    """Casbin with the matcher that says the same."""
    casbin = importlib.import_module("casbin")
    model = folder / "model.conf"
    model.write_text(
        "[request_definition]\nr = role, purpose, met\n"
        "[policy_definition]\np = role, purpose, met\n"
        "[policy_effect]\ne = some(where (p.eft == allow))\n"
        "[matchers]\nm = r.role == p.role && r.purpose == p.purpose && r.met == p.met\n"
    )
    rows = folder / "policy.csv"
    everything = "+".join(sorted(ALL_NEEDS))
    pairs = product(HAND_ROLES, HAND_PURPOSES)
    rows.write_text("".join(f"p, {role}, {name}, {everything}\n" for role, name in pairs))
    enforcer = casbin.Enforcer(str(model), str(rows))
    asked = {each: (str(each[0]), each[1], "+".join(sorted(each[2]))) for each in QUESTIONS}
    return lambda question: enforcer.enforce(*asked[question])


def must_agree(policy: CompiledPolicy, engines: dict[str, Engine]) -> None:
    """Stop when an engine answers differently: a wrong answer is not a fast one."""
    for question in QUESTIONS:
        role, purpose, met = question
        ours = may_play(policy, role=role, purpose=purpose, met=met) is None
        others = {name: engine(question) for name, engine in engines.items()}
        others["by hand"] = by_hand(role=role, purpose=purpose, met=met) is None
        if set(others.values()) != {ours}:
            sys.exit(f"The engines disagree: {json.dumps([str(role), purpose, others])}")


def main() -> None:
    """Measure, print limit, peers, ours and ratios; end with 1 when a demand is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = max(5, parser.parse_args().repeats)
    policy = compile_policy(load(POLICY.read_bytes()))
    with tempfile.TemporaryDirectory() as folder:
        engines = peers(Path(folder))
    must_agree(policy, engines)
    gc.disable()
    found = interleaved(
        {
            "by hand": partial(ask_hand, FAST_ROUNDS),
            "ours": partial(ask_ours, policy, FAST_ROUNDS),
            **{name: partial(ask, engine, PEER_ROUNDS) for name, engine in engines.items()},
        },
        repeats=repeats,
        measure=processor_seconds,
    )
    report(found)


def peers(folder: Path) -> dict[str, Engine]:
    """The peers; the program ends with the way to get them where one is missing."""
    sys.path.extend(map(str, ROOT.glob(".venv-bench/lib/python3*/site-packages")))
    try:
        return {"cedarpy": cedar_engine(), "casbin": casbin_engine(folder)}
    except ImportError as missing:
        sys.exit(
            f"{missing.name} is missing: python3 -m venv .venv-bench && "
            ".venv-bench/bin/pip install -r bench/requirements.txt"
        )


def report(found: dict[str, float]) -> None:
    """Print microseconds a question, and each ratio beside its demand."""
    verdict = Verdict()
    each = {
        name: seconds / len(QUESTIONS) / (PEER_ROUNDS if name in AT_LEAST else FAST_ROUNDS)
        for name, seconds in found.items()
    }
    labels = {"by hand": "limit", "ours": "ours"}
    for name, seconds in each.items():
        verdict.say(f"{labels.get(name, 'peer')} {name}: {seconds * 1e6:,.3f} us a question")
    hand = each["by hand"] / each["ours"]
    verdict.demand("ours beside the rule by hand", found=hand, at_least=BY_HAND_AT_LEAST)
    for name, demanded in AT_LEAST.items():
        ratio = each[name] / each["ours"]
        verdict.demand(f"ours beside {name}", found=ratio, at_least=demanded)
    verdict.end()


if __name__ == "__main__":
    main()
