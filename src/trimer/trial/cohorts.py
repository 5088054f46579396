# SPDX-License-Identifier: Apache-2.0
"""Where the patients of a study come from: the card alone, or a cohort's definition."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trimer import library
from trimer.core.errors import CohortError, did_you_mean
from trimer.patients import Draw, Screening, sample
from trimer.trial.recipe import COHORTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimer.engine.solution import Compiled, ParameterLike
    from trimer.patients import Cohort, Definition
    from trimer.simulate.prepare import Engine

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

        examine = BeforeEntry(self.definition.induction, engine=engine, threads=threads)
        draw = Draw(self.definition, card, examine.card)
        return Screening(draw, seed, first, examine=examine)

    def blocks(
        self, compiled: Compiled, n: int, seed: int, size: int, *, threads: int | None = None
    ) -> Iterator[Cohort]:
        """Yield the first `n` patients, `size` at a time; they do not depend on `size`."""
        card = compiled.parameter_table
        if self.definition is not None:
            engine: Engine = "lanes" if compiled.engine.startswith("lanes") else "scipy"
            yield from self.screening(card, seed, engine=engine, threads=threads).blocks(n, size)
            return
        for first in range(0, n, size):
            count = min(size, n - first)
            yield sample(card, count, seed, first, name=self.name, description=self.description)


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
