# SPDX-License-Identifier: Apache-2.0
"""The verb: fit blocks of parameters, one after the other, as often as is asked for."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from trimer.core.errors import InputError, TrimerError
from trimer.core.random import checked_seed
from trimer.trial.calibration.journal import Journal
from trimer.trial.calibration.objective import Evaluation
from trimer.trial.calibration.search import Found, search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from trimer.trial.calibration.fit_file import Block
    from trimer.trial.calibration.objective import Objective


@dataclass(frozen=True, slots=True)
class Settings:
    """How a calibration is done.

    Parameters
    ----------
    patients : int
        Virtual patients in each arm of an evaluation.
    seed : int
        Of the patients' draws, the same in every evaluation, and of the search.
    rounds : int
        How often the blocks are gone through; they hang together, so twice is better than once.
    generations : int
        Of each block in each round, at most.
    population : int or None
        Evaluations in a generation; 4 + 3 log(parameters) if None.
    fresh_seeds : int
        On how many seeds that the fit never saw the result is evaluated again.
    """

    patients: int = 500
    seed: int = 1
    rounds: int = 2
    generations: int = 40
    population: int | None = None
    fresh_seeds: int = 2

    def __post_init__(self) -> None:
        """Refuse numbers that no calibration has."""
        checked_seed(self.seed)
        least = {"patients": 1, "rounds": 1, "generations": 1, "fresh_seeds": 0}
        for name, low in least.items():
            if getattr(self, name) < low:
                raise InputError(
                    f"Wrong '{name}' of a calibration: got {getattr(self, name)}; it is a whole "
                    f"number from {low} on."
                )
        if self.population is not None and self.population < 4:
            raise InputError(
                f"Wrong 'population' of a calibration: got {self.population}; a generation has "
                "at least 4 evaluations."
            )


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a calibration found.

    Parameters
    ----------
    settings : Settings
        How it was done.
    start, values : mapping of str to float
        The card's values and the fitted ones, of every parameter of the blocks: those after the
        round with the lowest loss on all targets, or the card's if no round is better.
    before, after : Evaluation
        Of all fitted targets, with the card's values and with the fitted ones.
    fresh : tuple of (int, Evaluation)
        Of the fitted values on seeds that the fit never saw.
    blocks : tuple of Found
        What each search found, in order.
    """

    settings: Settings
    start: Mapping[str, float]
    values: Mapping[str, float]
    before: Evaluation
    after: Evaluation
    fresh: tuple[tuple[int, Evaluation], ...] = ()
    blocks: tuple[Found, ...] = field(default=())

    @property
    def changed(self) -> tuple[str, ...]:
        """Parameters whose value is another than the card's."""
        return tuple(name for name, value in self.values.items() if value != self.start[name])


def calibrate(
    objective: Objective,
    blocks: Sequence[Block],
    settings: Settings | None = None,
    *,
    state: Path | None = None,
    identity: Mapping[str, Any] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Calibration:
    """Fit parameters, a block at a time.

    Parameters
    ----------
    objective : Objective
        What is minimized.
    blocks : sequence of Block
        What is fitted, in order; see `read_fit`.
    settings : Settings, optional
        How.

    Other Parameters
    ----------------
    state : Path, optional
        Folder where every evaluation is kept. A calibration that was stopped goes on from there,
        and ends exactly as if it had never been stopped.
    identity : mapping, optional
        What the objective depends on, such as hashes of model and targets: plain data. A state
        folder in which it was another is refused.
    progress : callable, optional
        Called with a line of text now and then.

    Raises
    ------
    InputError
        If nothing is to be fitted, the state folder belongs to another calibration, or the
        card's own values cannot be evaluated.
    KeyboardInterrupt
        If interrupted; what was evaluated is in the state folder.
    """
    settings = settings or Settings()
    tell = progress or (lambda _line: None)
    start = _starts(blocks)
    with Journal(state, _plan(blocks, settings, identity or {})) as journal:
        if journal.found:
            tell(f"Going on: {journal.found:,} evaluations are there already.")

        def evaluate(values: Mapping[str, float], rows: frozenset[str] | None) -> Evaluation:
            return _evaluate(objective, values, settings.patients, settings.seed, rows)

        def whole(values: Mapping[str, float], seed: int) -> Evaluation:
            key = {"block": "", "seed": seed, "values": dict(values)}
            known = journal.recall(key)
            if known is None:
                known = _evaluate(objective, values, settings.patients, seed, None)
                journal.add(key, known)
            return known

        before = whole(start, settings.seed)
        if not before.is_usable:
            raise InputError(
                f"Cannot begin: the card's own values cannot be evaluated ({before.reason}). "
                "Correct the card or the targets."
            )
        tell(f"Loss of the card: {before.loss:.4f}")
        values, found = dict(start), []
        best, after = dict(start), before
        for number in range(1, settings.rounds + 1):
            for block in blocks:
                result = search(
                    block, values, evaluate, journal,
                    seed=settings.seed, round_number=number, generations=settings.generations,
                    population=settings.population,
                    progress=lambda name, generation, loss, n=number: tell(  # type: ignore[misc]
                        f"Round {n}, block '{name}', generation {generation}: loss {loss:.4f}"
                    ),
                )  # fmt: skip
                values.update(result.values)
                found.append(result)
            # A block may serve its own targets and spoil others: what counts is all of them.
            now = whole(values, settings.seed)
            tell(f"Round {number}: loss {now.loss:.4f} on all targets")
            if now.is_usable and now.loss < after.loss:
                best, after = dict(values), now
        if best == start:
            tell("No round is better than the card on all targets: its values are kept.")
        fresh = [
            (seed, whole(best, seed))
            for seed in range(settings.seed + 1, settings.seed + 1 + settings.fresh_seeds)
        ]
    return Calibration(settings, start, best, before, after, tuple(fresh), tuple(found))


def _starts(blocks: Sequence[Block]) -> dict[str, float]:
    start = {p.name: p.start for block in blocks for p in block.parameters}
    if not start:
        raise InputError("Nothing to fit: no block has a parameter. Name some in the fit file.")
    return start


def _evaluate(
    objective: Objective,
    values: Mapping[str, float],
    patients: int,
    seed: int,
    rows: frozenset[str] | None,
) -> Evaluation:
    """Evaluate; values with which nothing can be simulated have no loss, but a reason."""
    try:
        return objective(values, patients=patients, seed=seed, rows=rows)
    except TrimerError as error:
        return Evaluation(math.inf, {}, f"{type(error).__name__}: {error}")


def _plan(
    blocks: Sequence[Block], settings: Settings, identity: Mapping[str, Any]
) -> dict[str, Any]:
    """Return everything that decides what will be evaluated."""
    from importlib.metadata import version

    return {
        **identity,
        "settings": asdict(settings),
        "cma": version("cma"),
        "blocks": [
            {
                "name": block.name,
                "targets": None if block.targets is None else sorted(block.targets),
                "parameters": [
                    {"name": p.name, "low": p.low, "high": p.high, "start": p.start}
                    for p in block.parameters
                ],
            }
            for block in blocks
        ],
    }
