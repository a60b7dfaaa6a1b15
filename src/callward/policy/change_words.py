"""The words for a revision: what each rule is about, and what its change does."""

from __future__ import annotations

import re

from callward.kernel.errors import gettext_noop
from callward.policy.change_effects import Effect

_SENTENCES = {
    Effect.NEARER_AT_ONCE: gettext_noop(
        "The nearer date holds at once, also for everything that is already kept."
    ),
    Effect.OLD_DATE_STAYS: gettext_noop(
        "What is already kept keeps its old date; the longer time holds only for what is "
        "collected afterwards."
    ),
    Effect.EARLIER_COUNTS: gettext_noop(
        "Whatever is already kept goes on the earlier of the old date and the new one."
    ),
    Effect.LAW_REACHES_ALL: gettext_noop(
        "The law orders it: nothing that it covers goes earlier, whenever it was collected."
    ),
    Effect.AT_ONCE: gettext_noop("It holds at once, also for everything that is already kept."),
    Effect.ONLY_NEW: gettext_noop(
        "It holds only for what is collected afterwards, and people are told before."
    ),
    Effect.NOT_FOR_KEPT: gettext_noop(
        "What was collected on consent is not used on the new basis; it holds only for what is "
        "collected afterwards."
    ),
    Effect.WITH_CONSENT: gettext_noop(
        "It lessens a right, so for a person it holds only after that person agrees to it."
    ),
    Effect.NEXT_HOLDS: gettext_noop(
        "A hold that is already placed keeps its end; one placed later on something that is "
        "already kept lasts the shorter of the two times."
    ),
    Effect.NO_MORE: gettext_noop(
        "Nothing more is collected for it; what is already kept keeps its date."
    ),
    Effect.FROM_THE_DAY: gettext_noop(
        "It holds from its day on and touches nothing that is already kept."
    ),
}

_TOPICS = tuple(
    (re.compile(pattern), topic)
    for pattern, topic in (
        (r"activity\.[^.]+\.retain", gettext_noop("How long it is kept")),
        (r"activity\.[^.]+\.floor", gettext_noop("How long the law orders to keep it")),
        (r"activity\.[^.]+\.hold.*", gettext_noop("What may suspend its destruction")),
        (r"activity\.[^.]+\.intake.*", gettext_noop("What is taken in from others")),
        (r"activity\.[^.]+\.access.*", gettext_noop("Who may open it, and why")),
        (r"activity\.[^.]+\.release.*", gettext_noop("Who gets a copy")),
        (r"activity\.[^.]+\.locate.*", gettext_noop("Where it is kept")),
        (r"activity\.[^.]+\.purposes", gettext_noop("What it is used for")),
        (r"activity\.[^.]+\.(categories|fields|never)", gettext_noop("Which data it covers")),
        (r"activity\.[^.]+\.inbound.*", gettext_noop("What callers are told and asked")),
        (
            r"activity\.[^.]+\.outbound.*",
            gettext_noop("What people who are called are told and asked"),
        ),
        (r"activity\.[^.]+\.(directions|numbers)", gettext_noop("Which calls are recorded")),
        (r"activity\.[^.]+\.stop.*", gettext_noop("What ends a recording")),
        (r"activity\.[^.]+\.unrecorded", gettext_noop("The ways without a recording")),
        (r"activity\.[^.]+\.(consent|channels)", gettext_noop("How people are asked and reached")),
        (r"activity.*", gettext_noop("What is done with the data")),
        (r"category.*", gettext_noop("Which data there is")),
        (r"purpose.*", gettext_noop("What it is for, and on which basis")),
        (r"recipient.*", gettext_noop("Who else receives it")),
        (r"rights.*", gettext_noop("The rights of people")),
        (r"breach.*", gettext_noop("What is said of a breach, and when")),
        (r"change.*", gettext_noop("How changes are announced")),
        (r"backup.*", gettext_noop("How long backups live")),
        (r"record.*", gettext_noop("How long the house's own papers are kept")),
        (r"cookie.*", gettext_noop("The cookies of the site")),
        (r"two_person.*", gettext_noop("Which acts need two people")),
        (r"waiver.*", gettext_noop("Rules that are waived until a day")),
        (r"(controller|dpo).*", gettext_noop("Who is responsible, and how to reach them")),
    )
)
_ELSE = gettext_noop("Another rule of the policy")


def sentence_of(effect: Effect) -> str:
    """What a change of this kind means."""
    return _SENTENCES[effect]


def topic_of(rule: str) -> str:
    """What the rule under this key is about."""
    return next((topic for pattern, topic in _TOPICS if pattern.fullmatch(rule)), _ELSE)
