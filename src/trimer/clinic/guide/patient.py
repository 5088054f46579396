# SPDX-License-Identifier: Apache-2.0
"""Parts of the patient guide that are made from the protocol, the facts and the vaccine table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimer.clinic.document import Grid, Items, Text
from trimer.clinic.facts import read_facts
from trimer.clinic.guide.values import hours_in_full
from trimer.clinic.medicine import vaccines
from trimer.clinic.sources import BASIS

if TYPE_CHECKING:
    from trimer.clinic.document import Part
    from trimer.protocol import Protocol

_GOES_ON = {
    "same rate": "It goes on as before.",
    "one step back": "It goes on one step lower.",
    "half rate": "It goes on at half the dose.",
    "from the start": "It starts again from the lowest dose.",
    "stop": "It is not started again.",
}


def _mechanism(_protocol: Protocol, _data: dict[str, Any]) -> list[Part]:
    (level,) = (level for level in read_facts().levels if level.name == "plain")
    return [
        *(Text(line) for line in level.text),
        Text("More for your team: the facts that come with this guide.", "small", level.sources),
    ]


def _report(_protocol: Protocol, data: dict[str, Any]) -> list[Part]:
    rows = tuple((each["sign"].format_map(data["known"]), each["who"]) for each in data["report"])
    return [
        Grid("", ("What you notice", "Whom you tell, and when"), rows, (3, 2)),
        Text(
            "Signs to report, from labels of like drugs and common practice.",
            "small",
            tuple(data["report_sources"]),
        ),
    ]  # fmt: skip


def _restart(protocol: Protocol, _data: dict[str, Any]) -> list[Part]:
    if not protocol.restart:
        return [Text("Your plan says nothing on that. Your team decides.")]
    items = []
    for row in protocol.restart:
        how_long = "any time" if row.gap == "any" else hours_in_full(row.gap)
        first = "You get the other medicines first. " if row.premedicate else ""
        items.append(f"Stopped for {how_long}: {first}{_GOES_ON[row.at]}")
    return [Items(tuple(items))]


def _live_vaccines(_protocol: Protocol, _data: dict[str, Any]) -> list[Part]:
    (live,) = (each for each in vaccines() if each.key == "live")
    rows = tuple((name, ", ".join(others)) for name, others in live.names.items())
    return [
        Grid("Live vaccines", ("Vaccine", "Also called"), rows, (2, 3)),
        Text("The list is not complete. Ask about each vaccine.", "small", live.sources),
    ]


def _effects(_protocol: Protocol, _data: dict[str, Any]) -> list[Part]:
    facts = read_facts().of("adverse-effects")
    rows = tuple(
        (fact.name, fact.frequency, f"{BASIS[fact.basis]}, {fact.confidence}") for fact in facts
    )
    keys = tuple(dict.fromkeys(key for fact in facts for key in fact.sources))
    return [
        Text("These were seen in trials. You may have some of them, or none."),
        Grid("", ("Side effect", "How many people", "How sure this is"), rows, (2, 3, 1.4)),
        Text('"From memory" means that the paper was not read again for this list.', "small", keys),
    ]


PATIENT_INSERTS = {
    "mechanism": _mechanism,
    "report": _report,
    "restart_plain": _restart,
    "live_vaccines": _live_vaccines,
    "effects": _effects,
}
"""By the name that the texts use."""
