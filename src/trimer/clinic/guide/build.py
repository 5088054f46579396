# SPDX-License-Identifier: Apache-2.0
"""Put the texts of a guide and what the protocol says into one document."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Any

from trimer.clinic.document import Blanks, Document, Heading, Items, Text
from trimer.clinic.guide.nurse import NURSE_INSERTS
from trimer.clinic.guide.patient import PATIENT_INSERTS
from trimer.clinic.guide.values import values
from trimer.clinic.notice import BADGES, foot
from trimer.clinic.sources import list_of_sources
from trimer.core.errors import InputError, UnknownName, did_you_mean
from trimer.core.toml import read_toml
from trimer.library import clinic_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trimer.clinic.document import Part
    from trimer.protocol import Protocol

    Insert = Callable[["Protocol", dict[str, Any]], list[Part]]

GUIDES = ("patient", "nurse")
"""Who guides are for."""

_INSERTS: dict[str, Mapping[str, Insert]] = {"patient": PATIENT_INSERTS, "nurse": NURSE_INSERTS}
_TEXTS = ("text", "lead", "warning", "evidence", "small")
_LISTS = {"do": "do", "dont": "dont", "list": "plain", "steps": "steps"}


def guide(reader: str, protocol: Protocol, *, large: bool = False) -> Document:
    """Return a guide on a protocol.

    Parameters
    ----------
    reader : str
        Whom it is for, one of `GUIDES`.
    protocol : Protocol
        One with a course; doses, times, rules and caps in the guide are the protocol's own.
    large : bool
        Whether in large print.

    Raises
    ------
    UnknownName
        If there is no such guide.
    InputError
        If the protocol is a fixed schedule, without monitoring and rules to tell of.
    """
    if reader not in GUIDES:
        raise UnknownName(f"Unknown guide '{reader}'.{did_you_mean(reader, GUIDES)}")
    if protocol.course is None:
        raise InputError(
            f"No guide for protocol '{protocol.name}': it is a fixed schedule, without monitoring "
            "and rules. Name a protocol with a course, such as flotetuzumab-multi-step."
        )
    data = read_toml(clinic_path(f"guide-{reader}.toml")).data
    known = values(protocol)
    cited: list[str] = []
    parts: list[Part] = []
    for section in data["section"]:
        made = [
            part
            for entry in section["part"]
            for part in _parts(entry, reader, protocol, data, known, cited)
        ]
        if made:
            parts += [Heading(section["title"]), *made]
    parts += [Heading("Where this comes from"), *_origin(protocol), list_of_sources(cited)]
    return Document(
        title=data["title"].format_map(known),
        kind=data["kind"],
        badges=(*BADGES, "Not a prescription"),
        parts=tuple(parts),
        foot=foot(*([protocol.policy_notice] if protocol.policy_notice else [])),
        large=large,
    )


def _parts(
    entry: dict[str, Any],
    reader: str,
    protocol: Protocol,
    data: dict[str, Any],
    known: dict[str, str],
    cited: list[str],
) -> list[Part]:
    """Return the parts of an entry of the texts: none if the protocol lacks a word of it."""
    if protocol.course is None or entry.get("drug", protocol.course.drug) != protocol.course.drug:
        return []
    keys = tuple(entry.get("sources", ()))
    if "insert" in entry:
        made = _INSERTS[reader][entry["insert"]](protocol, {**data, "known": known})
        cited += [key for part in made if isinstance(part, Text) for key in part.sources]
        return made
    if "blanks" in entry:
        return [Blanks(tuple((asked, given) for asked, given in entry["blanks"]))]
    for kind in _TEXTS:
        if kind in entry:
            text = _filled(entry[kind], known)
            if text:
                cited += keys
                shown = keys if kind == "evidence" else ()
                return [Text(text, "plain" if kind == "text" else kind, shown)]  # type: ignore[arg-type]
    for key, kind in _LISTS.items():
        if key in entry:
            items = tuple(filter(None, (_filled(item, known) for item in entry[key])))
            cited += keys if items else ()
            return [Items(items, kind)] if items else []  # type: ignore[arg-type]
    return []


def _filled(text: str, known: Mapping[str, str]) -> str:
    """Return a text with the protocol's words in it; nothing if it lacks one of them."""
    asked = [name for _, name, _, _ in Formatter().parse(text) if name]
    return text.format_map(known) if all(known[name] for name in asked) else ""


def _origin(protocol: Protocol) -> list[Part]:
    return [
        Text(
            f"Doses, times, rules and caps are those of the protocol '{protocol.name}' as Trimer "
            "ships or reads it; they are not typed again here. All else has the sources below.",
            "small",
        )
    ]
