# SPDX-License-Identifier: Apache-2.0
"""Where the patients of a study come from: the card alone, or a cohort's definition."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer import library
from trimer.core.errors import CohortError, did_you_mean
from trimer.patients import Draw, Screening, Tally, sample
from trimer.patients.definition import REMISSION_DAYS
from trimer.simulate.prepare import prepare
from trimer.trial.recipe import COHORTS, shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimer.engine.compiled import Recipe
    from trimer.engine.solution import Compiled, ParameterLike
    from trimer.patients import Cohort, Definition
    from trimer.simulate.prepare import Engine

NOT_CLAIMED = "not claimed"
"""What a run folder says of response where no criteria may be applied."""

REFERENCE = "reference"
"""The cohort that is drawn from the card alone."""


@dataclass(frozen=True, eq=False)
class Source:
    """Where patients come from.

    Parameters
    ----------
    name : str
        What the study calls the cohort.
    definition : Definition or None
        None where patients are drawn from the card alone.
    """

    name: str
    definition: Definition | None = None

    @property
    def description(self) -> str:
        """Who the patients are, in a sentence or two."""
        return COHORTS[self.name] if self.definition is None else self.definition.description

    @property
    def response_criteria(self) -> bool:
        """Whether response criteria of AML may be applied."""
        return self.definition is None or self.definition.response_criteria

    def varied(self, card: Sequence[ParameterLike]) -> tuple[str, ...]:
        """Return parameters that differ here although the card gives them no spread."""
        if self.definition is None:
            return ()
        fixed = {row.name for row in card if not row.spread}
        named = (part.name for part in self.definition.named if part.name in fixed)
        return tuple(dict.fromkeys(named))

    def screening(
        self, card: Sequence[ParameterLike], seed: int, first: int = 0, *,
        engine: Engine = "auto", threads: int | None = None,
    ) -> Screening:  # fmt: skip
        """Return the screening of candidates, of a cohort that has a definition."""
        if self.definition is None:
            raise CohortError(f"Cohort '{self.name}' is drawn from the card alone: not screened.")
        if self.definition.induction is None:
            return Screening(Draw(self.definition, card), seed, first)
        from trimer.trial.before_entry import BeforeEntry

        examine = BeforeEntry(
            self.definition.induction,
            longest_remission=_longest_remission(self.definition),
            engine=engine,
            threads=threads,
        )
        draw = Draw(self.definition, card, examine.card)
        return Screening(draw, seed, first, examine=examine)

    def patients(
        self,
        compiled: Compiled,
        seed: int,
        first: int = 0,
        *,
        threads: int | None = None,
    ) -> Patients:
        """Return the patients of the cohort for a compiled model, to be taken in pieces."""
        card = compiled.parameter_table
        if self.definition is None:
            return Patients(_FromCard(card, seed, first, self))
        engine: Engine = "lanes" if compiled.engine.startswith("lanes") else "scipy"
        return Patients(self.screening(card, seed, first, engine=engine, threads=threads))


def _longest_remission(definition: Definition) -> float:
    """Return up to which length a remission has to be told from longer ones, in **days**."""
    longest = math.inf if REMISSION_DAYS in {limit.name for limit in definition.entry} else 0.0
    for history in definition.histories:
        limits = [limit for limit in history.limits if limit.name == REMISSION_DAYS]
        bounds = [min(limit.at_most, limit.below) for limit in limits]
        if bounds or history.gap_days == REMISSION_DAYS:
            longest = max(longest, min(bounds, default=math.inf))
    return longest


class _FromCard:
    """Patients drawn from the card alone, as many as are asked for."""

    def __init__(
        self, card: Sequence[ParameterLike], seed: int, first: int, source: Source
    ) -> None:
        self._card, self._seed, self._next, self._source = card, seed, first, source

    def take(self, n: int) -> Cohort:
        first = self._next
        self._next += n
        source = self._source
        return sample(
            self._card, n, self._seed, first, name=source.name, description=source.description
        )


@dataclass(frozen=True, eq=False)
class Patients:
    """Patients in the order of their numbers; who they are does not depend on the pieces."""

    origin: Screening | _FromCard

    @property
    def tally(self) -> Tally | None:
        """What became of the candidates; None where nobody is screened."""
        return self.origin.tally if isinstance(self.origin, Screening) else None

    @property
    def units(self) -> dict[str, str]:
        """Unit of each parameter and of what is known of each patient."""
        return self.origin.units if isinstance(self.origin, Screening) else {}

    def take(self, n: int) -> Cohort:
        """Return the next `n` patients."""
        return self.origin.take(n)

    def blocks(self, n: int, size: int) -> Iterator[Cohort]:
        """Yield the next `n` patients, `size` at a time."""
        for start in range(0, n, size):
            yield self.take(min(size, n - start))

    def record(self) -> dict[str, Any]:
        """Return what a run folder says of the screening; nothing where nobody is screened."""
        if self.tally is None:
            return {}
        return {"screening": {"candidates": self.tally.candidates, "kept": self.tally.kept}}


def cohort_names() -> tuple[str, ...]:
    """Return the names of the cohorts that a study may name."""
    return (REFERENCE, *library.cohort_names())


def find_cohort(name: str, folder: Path | None = None) -> Source:
    """Return where the patients of a cohort come from.

    Parameters
    ----------
    name : str
        ``"reference"``, the name of a shipped cohort, or a TOML file.
    folder : Path, optional
        Where files are looked for; the working directory if left out.

    Raises
    ------
    CohortError
        If there is no such cohort.
    Problems
        If its file is wrong.
    """
    if name == REFERENCE:
        return Source(name)
    known = library.cohort_names()
    if name in known:
        path = library.cohort_path(name)
    else:
        path = (folder or Path()) / name
        if path.suffix != ".toml" and not path.is_file():
            raise CohortError(
                f"No cohort '{name}': it is no shipped cohort and no file."
                f"{did_you_mean(name, cohort_names())}"
            )
    from trimer.patients.read import read_definition

    definition = read_definition(path, {other: library.cohort_path(other) for other in known})
    return Source(definition.name, definition)


def prepare_for(source: Source, recipe: Recipe, engine: Engine = "auto") -> Compiled:
    """Return a model ready to be solved for patients of a cohort: what they vary, it reads."""
    compiled = prepare(recipe, engine)
    varied = source.varied(compiled.parameter_table)
    return prepare(recipe, engine, varied) if varied else compiled


def cohort_record(name: str) -> dict[str, Any]:
    """Return what a run folder says of the cohort of a study."""
    if name in COHORTS:
        return {"cohort": name, "cohort_description": COHORTS[name]}
    try:
        source = find_cohort(name)
    except CohortError:  # patients from a table: their name is that of the file
        return {"cohort": name, "cohort_description": ""}
    record = {"cohort": source.name, "cohort_description": source.description}
    if source.definition is None:
        return record
    return record if source.response_criteria else record | {"response": NOT_CLAIMED}


def draw_cohort(
    name: str | Path,
    n: int,
    seed: int,
    *,
    model: str = "flotetuzumab",
    first: int = 0,
    engine: Engine = "auto",
    threads: int | None = None,
) -> Cohort:
    """Draw patients of a cohort.

    Parameters
    ----------
    name : str or Path
        ``"reference"``, the name of a shipped cohort, or a TOML file.
    n : int
        How many.
    seed : int
        Of the draws.
    model : str
        Shipped model that they are drawn for.
    first : int
        Number of the first candidate.

    Other Parameters
    ----------------
    engine : {"auto", "lanes", "scipy"}
        See `trimer.simulate.prepare`.
    threads : int, optional
        Threads to use. Results do not depend on it.

    Raises
    ------
    CohortError
        If there is no such cohort, or its screen keeps fewer than 5 % of candidates.
    Problems
        If its file is wrong, or does not fit the model.
    """
    source = find_cohort(str(name))
    compiled = prepare(shipped(model), engine)
    return source.patients(compiled, seed, first, threads=threads).take(n)
