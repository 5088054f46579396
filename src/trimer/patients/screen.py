# SPDX-License-Identifier: Apache-2.0
"""Screen candidates: keep those whose history and values fit the cohort.

Candidates are numbered from 0 and judged one by one; who is kept keeps the number. So the same
seed gives the same people, however many are asked for and in whatever pieces they are drawn. What
happened before entry is simulated by a function that is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from trimer.core.errors import CohortError, Problems, did_you_mean
from trimer.core.random import checked_seed, normal
from trimer.core.shown import counted
from trimer.patients.cohort import Cohort, concatenate
from trimer.patients.draw import CardRow, Draw, Prior
from trimer.patients.sample import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import SupportsIndex

    from numpy.typing import NDArray

    from trimer.patients.definition import Limit

    Floats = NDArray[np.float64]

LOOK = 1000
"""Candidates after which the share of those who are kept is looked at."""

LEAST_KEPT = 0.05
"""A screen that keeps a smaller share than this has a mistake in it."""

_MOST_AT_ONCE = 16_384
_LAST_ID = 2**63 - 1


class Examination(Protocol):
    """What happened before entry, as a function of a candidate's parameters."""

    @property
    def card(self) -> Sequence[CardRow]:
        """Parameters that it reads."""

    def unit(self, name: str) -> str | None:
        """Return the unit of a measure; None if it has none of this name."""

    def measures(self) -> Sequence[str]:
        """Return examples of measures, for suggestions."""

    def __call__(self, columns: Mapping[str, Floats], names: Sequence[str]) -> Mapping[str, Floats]:
        """Return measures of candidates, NaN where one could not be followed."""


@dataclass(eq=False)
class Tally:
    """How many candidates were looked at, and what became of them.

    Attributes
    ----------
    candidates, kept : int
        How many.
    met : dict of str to tuple of int
        Candidates that meet each condition, in words, and those who were asked.
    histories : dict of str to int
        Kept candidates, by title of their history.
    """

    candidates: int = 0
    kept: int = 0
    met: dict[str, tuple[int, int]] = field(default_factory=dict)
    histories: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Share of candidates that were kept."""
        return self.kept / self.candidates if self.candidates else 0.0


class Screening:
    """Patients of a definition, as many as are asked for.

    Parameters
    ----------
    draw : Draw
        How candidates are drawn.
    seed : int
        Of the draws.
    first : int
        Number of the first candidate.
    examine : Examination, optional
        What happened before entry; needed where the definition has an induction.

    Attributes
    ----------
    tally : Tally
        What became of the candidates so far.

    Raises
    ------
    Problems
        If a condition names neither a parameter nor something that is measured.
    """

    def __init__(
        self,
        draw: Draw,
        seed: SupportsIndex,
        first: SupportsIndex = 0,
        *,
        examine: Examination | None = None,
    ) -> None:
        self.definition = draw.definition
        self.tally = Tally()
        self._draw, self._examine = draw, examine
        self._seed = checked_seed(seed)
        self._next = int(numbered(1, first)[0])
        self._waiting: list[Cohort] = []
        self._measures = _measures(draw, examine)

    @property
    def units(self) -> dict[str, str]:
        """Unit of each parameter and of what is known of each patient."""
        of_scores = {score.name: "SD" for score in self.definition.scores}
        measured = (
            {name: self._examine.unit(name) or "" for name in self._measures}
            if (self._examine is not None)
            else {}
        )
        return {**self._draw.units, **of_scores, **measured, "prior_days": "day"}

    def take(self, n: int) -> Cohort:
        """Return the next `n` patients.

        Raises
        ------
        CohortError
            If of the first 1,000 candidates fewer than 5 % are kept.
        """
        numbered(n, 0)
        while (missing := n - sum(map(len, self._waiting))) > 0:
            self._more(missing)
        found = concatenate(self._waiting)
        self._waiting = [found.part(n, len(found))] if len(found) > n else []
        return found.part(0, n)

    def _more(self, missing: int) -> None:
        """Look at the next candidates."""
        seen = self.tally.candidates
        if not self.definition.screened:
            size = missing
        elif seen < LOOK:
            size = LOOK - seen
        else:
            size = int(missing / max(self.tally.share, LEAST_KEPT) * 1.05) + 32
        ids = numbered(min(size, _MOST_AT_ONCE, _LAST_ID - self._next), self._next)
        self._next += ids.size
        cohort = self._judge(ids)
        if cohort is not None:
            self._waiting.append(cohort)
        if seen < LOOK <= self.tally.candidates and self.tally.share < LEAST_KEPT:
            raise CohortError(self._too_few())

    def _judge(self, ids: NDArray[np.int64]) -> Cohort | None:
        """Return the candidates that are kept."""
        draw, definition = self._draw, self.definition
        factors = draw.factors(self._seed, ids)
        measured: dict[str, Floats] = {}
        before: dict[str, Floats] = {}
        if self._examine is not None and definition.induction is not None:
            read = {row.name for row in self._examine.card} & set(draw.units)
            columns = {name: draw.column(name, self._seed, ids, factors) for name in sorted(read)}
            before = {name: columns[name] for name in draw.before if name in columns}
            measured = dict(self._examine(columns, self._measures))
        self.tally.candidates += ids.size
        which = self._history(measured, ids.size)
        rows = np.flatnonzero(which >= 0)
        if rows.size:
            rows = rows[
                self._entered(ids[rows], _of(factors, rows), _of(measured, rows), which[rows])
            ]
        self.tally.kept += rows.size
        if not rows.size:
            return None
        return self._cohort(
            ids[rows], _of(factors, rows), _of(measured | before, rows), which[rows]
        )

    def _history(self, measured: Mapping[str, Floats], size: int) -> NDArray[np.int64]:
        """Return which history each candidate has: the first whose limits all hold, or -1."""
        histories = self.definition.histories
        which = np.full(size, -1 if histories else 0, dtype=np.int64)
        for k, history in enumerate(histories):
            holds = np.ones(size, dtype=bool)
            for limit in history.limits:
                holds &= self._met(limit, measured[limit.name])
            which[(which < 0) & holds] = k
        return which

    def _entered(
        self,
        ids: NDArray[np.int64],
        factors: Mapping[str, Floats],
        measured: Mapping[str, Floats],
        which: NDArray[np.int64],
    ) -> NDArray[np.bool_]:
        """Return who of those with a history meets every condition of entry."""
        holds = np.ones(ids.size, dtype=bool)
        prior = self._prior(measured, which)
        for limit in self.definition.entry:
            values = measured.get(limit.name)
            if values is None:
                values = self._draw.column(limit.name, self._seed, ids, factors, prior)
            holds &= self._met(limit, values)
        return holds

    def _met(self, limit: Limit, values: Floats) -> NDArray[np.bool_]:
        with np.errstate(invalid="ignore"):
            met = (values >= limit.at_least) & (values <= limit.at_most)
            # An infinite limit is none: an infinite value lies below it.
            if np.isfinite(limit.above):
                met &= values > limit.above
            if np.isfinite(limit.below):
                met &= values < limit.below
        words = str(limit)
        count, asked = self.tally.met.get(words, (0, 0))
        self.tally.met[words] = count + int(met.sum()), asked + met.size
        return np.asarray(met)

    def _prior(self, measured: Mapping[str, Floats], which: NDArray[np.int64]) -> Prior:
        courses, days = np.zeros(which.size), np.zeros(which.size)
        for k, history in enumerate(self.definition.histories):
            rows = which == k
            courses[rows] = history.courses
            gap = history.gap_days
            days[rows] = measured[gap][rows] if isinstance(gap, str) else gap
        return Prior(courses, days)

    def _cohort(
        self,
        ids: NDArray[np.int64],
        factors: Mapping[str, Floats],
        known: Mapping[str, Floats],
        which: NDArray[np.int64],
    ) -> Cohort:
        draw, definition = self._draw, self.definition
        prior = self._prior(known, which)
        values = np.empty((ids.size, len(draw.parameters)))
        for j, name in enumerate(draw.parameters):
            values[:, j] = draw.column(name, self._seed, ids, factors, prior)
        covariates: dict[str, NDArray[Any]] = {}
        for score in definition.scores:
            noise = normal(self._seed, f"patients/covariate/{score.name}", ids)
            covariates[score.name] = factors[score.factor] + score.noise_sd * noise
        if definition.histories:
            titles = np.array([history.title for history in definition.histories])
            covariates["history"] = titles[which]
            covariates["prior_courses"] = prior.courses
            covariates["prior_days"] = prior.days
            for title in titles:
                count = int(np.count_nonzero(covariates["history"] == title))
                self.tally.histories[str(title)] = self.tally.histories.get(str(title), 0) + count
        return Cohort(
            definition.name, ids, draw.parameters, values, self._seed, definition.description,
            definition.screened, {**covariates, **known},
        )  # fmt: skip

    def _too_few(self) -> str:
        tally = self.tally
        rarest = sorted(tally.met.items(), key=lambda item: item[1][0] / max(item[1][1], 1))[:3]
        meets = "; ".join(
            f"'{words}' holds in {count:,} of {asked:,}" for words, (count, asked) in rarest
        )
        return (
            f"Cohort '{self.definition.name}' ('{self.definition.path}') keeps too few: "
            f"{counted(tally.kept, 'patient')} of {tally.candidates:,} candidates, and a screen "
            f"keeps at least {LEAST_KEPT:.0%}: {meets}. Widen the limits, or change what decides "
            "them."
        )


def _of(columns: Mapping[str, Floats], rows: NDArray[np.intp]) -> dict[str, Floats]:
    return {name: values[rows] for name, values in columns.items()}


def _measures(draw: Draw, examine: Examination | None) -> tuple[str, ...]:
    """Return what has to be measured; complain of conditions that name nothing."""
    definition = draw.definition
    problems, wanted = [], dict[str, None]()
    named = [(limit.name, limit.unit, True) for limit in definition.entry]
    named += [(limit.name, limit.unit, False) for h in definition.histories for limit in h.limits]
    named += [
        (h.gap_days, "day", False) for h in definition.histories if isinstance(h.gap_days, str)
    ]
    for name, unit, may_be_drawn in named:
        measured = examine.unit(name) if examine is not None else None
        drawn = draw.units.get(name) if may_be_drawn else None
        known = measured or drawn
        where = f"cohort '{definition.name}' ('{definition.path}')"
        if known is None:
            names = [
                *(examine.measures() if examine else ()),
                *(draw.units if may_be_drawn else ()),
            ]
            problems.append(
                f"Unknown name '{name}' in a condition of {where}: it is "
                f"{'no parameter and ' if may_be_drawn else ''}nothing that the treatment before "
                f"entry shows.{did_you_mean(name, names)}"
            )
        elif known != unit:
            problems.append(
                f"Wrong unit of '{name}' in a condition of {where}: got {unit}; it is in {known}. "
                "Convert the limits."
            )
        elif measured:
            wanted[name] = None
    if problems:
        raise Problems(dict.fromkeys(problems))
    return tuple(wanted)
