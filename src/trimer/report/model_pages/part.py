# SPDX-License-Identifier: Apache-2.0
"""Parts of a model: what belongs together on one page, and where it stands in a picture.

The table is written by hand, next to the model. What it says is only a grouping and a place: every
equation, number and arrow comes from the model, and a quantity without a part is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trimer.core.errors import InputError
from trimer.core.toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from trimer.model.model import Model
    from trimer.model.parts import Baseline, Flow, Input, Root, Species, Term

EMPTY = "."
_KEYS = frozenset(
    (
        "name",
        "short",
        "title",
        "about",
        "files",
        "place",
        "species",
        "terms",
        "given",
        "map",
        "option",
        "alike",
        "aside",
    )
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a model.

    Parameters
    ----------
    name, short, title, about : str
        Name of its page, short and full heading, and what it is in a few sentences.
    files : tuple of str
        Files of the library that define it.
    species, terms : tuple of str
        Its own: states; and inputs, roots, baselines and terms.
    given : frozenset of str
        Nodes of its picture whose own origin is not drawn.
    rows : tuple of tuple of str
        Its picture as a grid of names; `EMPTY` where nothing stands.
    place : tuple of int
        Column and row in the overview; empty for an optional part.
    option : str
        Structural option that brings it; empty for one that is always there.
    alike : frozenset of str
        Species that its picture leaves out, because others that are like them are shown.
    aside : tuple of str
        What acts on nearly all of its picture and is told in words.
    """

    name: str
    short: str
    title: str
    about: str
    files: tuple[str, ...]
    species: tuple[str, ...]
    terms: tuple[str, ...]
    given: frozenset[str]
    rows: tuple[tuple[str, ...], ...]
    place: tuple[int, ...] = ()
    option: str = ""
    alike: frozenset[str] = frozenset()
    aside: tuple[str, ...] = ()

    @property
    def shown(self) -> dict[str, tuple[int, int]]:
        """Column and row of every node of the picture."""
        return {
            name: (column, row)
            for row, names in enumerate(self.rows)
            for column, name in enumerate(names)
            if name != EMPTY
        }


@dataclass(frozen=True, slots=True)
class Table:
    """All parts of a model.

    Parameters
    ----------
    parts : tuple of Part
        In the order in which they are told.
    labels : mapping of str to str
        Words of a picture for a quantity, where they are not its definition.
    compartments : mapping of str to tuple of str
        Species that are in blood, marrow, tissue.
    """

    parts: tuple[Part, ...]
    labels: Mapping[str, str]
    compartments: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part, the model that it is told of, and its processes.

    `model` is the shipped model, or for an optional part the variant that has it.
    """

    part: Part
    model: Model
    flows: tuple[Flow, ...]


def quantities(model: Model) -> dict[str, Species | Input | Root | Baseline | Term]:
    """Return every symbol of a model that is not a parameter, by name."""
    return {part.name: part for _, part in model.quantities()}


def read_table(path: Path) -> Table:
    """Read the table of parts.

    Raises
    ------
    InputError
        If a part has an unknown key or lacks one.
    """
    data = read_toml(path).data
    return Table(
        tuple(_part(path, entry) for entry in data["part"]),
        data["labels"],
        {name: tuple(species) for name, species in data["compartments"].items()},
    )


def chapters(table: Table, model: Model, variants: Mapping[str, Model]) -> tuple[Chapter, ...]:
    """Return a chapter for every part, its processes with it.

    A process belongs to the part of the first species that it changes.

    Parameters
    ----------
    table : Table
        Of `model`.
    model : Model
        The shipped model.
    variants : mapping of str to Model
        For each option that brings a part, the variant with this option alone.

    Raises
    ------
    InputError
        With a sentence for each quantity that has no part, two, or is unknown.
    """
    always = [part for part in table.parts if not part.option]
    problems = [*_misplaced(always, model)]
    homes = {name: part.name for part in always for name in part.species}
    found = []
    for part in table.parts:
        if part.option:
            variant = variants[part.option]
            chapter = _added(part, model, variant)
        else:
            flows = tuple(f for f in model.flows if homes.get(f.changes[0][0]) == part.name)
            chapter = Chapter(part, model, flows)
        problems += _wrong_map(chapter)
        found.append(chapter)
    if problems:
        raise InputError(*problems)
    return tuple(found)


def _part(path: Path, entry: Mapping[str, object]) -> Part:
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise InputError(
            f"Unknown key '{unknown[0]}' of part '{entry.get('name')}' in '{path}'; "
            f"it is one of {', '.join(sorted(_KEYS))}. Remove it."
        )

    def names(key: str) -> tuple[str, ...]:
        value = entry.get(key, ())
        return tuple(str(name) for name in value) if isinstance(value, list) else ()

    place = entry.get("place", [])
    return Part(
        str(entry["name"]),
        str(entry["short"]),
        str(entry["title"]),
        " ".join(str(entry["about"]).split()),
        names("files"),
        names("species"),
        names("terms"),
        frozenset(names("given")),
        tuple(tuple(line.split()) for line in str(entry["map"]).strip().splitlines()),
        tuple(place) if isinstance(place, list) else (),
        str(entry.get("option", "")),
        frozenset(names("alike")),
        names("aside"),
    )


def _misplaced(parts: Iterable[Part], model: Model) -> list[str]:
    """Return a sentence for each quantity that has not exactly one part."""
    problems = []
    for kind, known in (
        ("species", {part.name for part in model.species}),
        ("terms", set(quantities(model)) - _names(model.species)),
    ):
        placed: dict[str, str] = {}
        for part in parts:
            for name in getattr(part, kind):
                if name not in known:
                    problems.append(
                        f"Part '{part.name}' of '{model.name}' lists '{name}' under {kind}, which "
                        "the model does not have. Remove it from the table of parts."
                    )
                if name in placed:
                    problems.append(
                        f"'{name}' of '{model.name}' has two parts, '{placed[name]}' and "
                        f"'{part.name}'. Keep one in the table of parts."
                    )
                placed[name] = part.name
        problems += [
            f"'{name}' of '{model.name}' has no part. Add it to {kind} of one in the table of "
            "parts, and to its picture if it is to be seen."
            for name in sorted(known - set(placed))
        ]
    return problems


def _wrong_map(chapter: Chapter) -> list[str]:
    part, model = chapter.part, chapter.model
    known = set(quantities(model))
    cells = [name for row in part.rows for name in row if name != EMPTY]
    return [
        *(
            f"The picture of part '{part.name}' of '{model.name}' shows '{name}', which the model "
            "does not have. Remove it from the map."
            for name in cells
            if name not in known
        ),
        *(
            f"The picture of part '{part.name}' of '{model.name}' shows '{name}' twice. "
            "Remove one from the map."
            for name in sorted({name for name in cells if cells.count(name) > 1})
        ),
        *(
            f"The picture of part '{part.name}' of '{model.name}' lacks its species '{name}'. "
            "Give it a place in the map."
            for name in part.species
            if name not in cells and name not in part.alike
        ),
    ]


def _added(part: Part, model: Model, variant: Model) -> Chapter:
    """Return what a variant has beyond the model, as a chapter."""
    plain = quantities(model)
    changed = [name for name, what in quantities(variant).items() if plain.get(name) != what]
    species = _names(variant.species)
    own = replace(
        part,
        species=tuple(name for name in changed if name in species),
        terms=tuple(name for name in changed if name not in species),
    )
    flows = tuple(flow for flow in variant.flows if flow not in model.flows)
    return Chapter(own, variant, flows)


def _names(things: Iterable[object]) -> set[str]:
    return {getattr(thing, "name", "") for thing in things}
