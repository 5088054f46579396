# SPDX-License-Identifier: Apache-2.0
"""Search the parameters of one block by CMA-ES, between bounds, on a logarithmic scale.

**Source.** Hansen N, Ostermeier A. Completely derandomized self-adaptation in evolution
strategies. *Evol Comput* 2001;9:159-195; the code is the package ``cma``. Its random numbers are
Trimer's own: seed, block, round and a running number decide them, nothing else.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.core.random import normal
from trimer.trial.calibration.covariance import Spread, spread_of_fit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from trimer.trial.calibration.fit_file import Block
    from trimer.trial.calibration.journal import Journal
    from trimer.trial.calibration.objective import Evaluation

    Evaluate = Callable[[Mapping[str, float], frozenset[str] | None], Evaluation]

UNUSABLE = 1e12
"""Loss that the optimizer is told where there is none: worse than any."""

DIGITS = 6
"""Significant digits of a fitted value: what is evaluated is what a card will hold."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came out of the search of one block.

    Parameters
    ----------
    block : str
        Its name.
    round : int
        Which time it was searched, from 1.
    values : mapping of str to float
        The best values seen.
    loss_before, loss : float
        Of the values it began with, and of the best.
    evaluations, generations : int
        How many there were.
    why : str
        Why the search ended.
    spread : Spread or None
        How well the best values are known; None where the losses do not tell.
    """

    block: str
    round: int
    values: Mapping[str, float]
    loss_before: float
    loss: float
    evaluations: int
    generations: int
    why: str
    spread: Spread | None


def search(
    block: Block,
    start: Mapping[str, float],
    evaluate: Evaluate,
    journal: Journal,
    *,
    seed: int,
    round_number: int = 1,
    generations: int = 40,
    population: int | None = None,
    progress: Callable[[str, int, float], None] | None = None,
) -> Found:
    """Search the parameters of a block, all others held.

    Parameters
    ----------
    block : Block
        What is searched.
    start : mapping of str to float
        Values to begin with, of this block's parameters and of all others that are fitted.
    evaluate : callable
        From values and targets to an evaluation.
    journal : Journal
        What was evaluated before, and where new evaluations go.

    Other Parameters
    ----------------
    seed : int
        Of the search.
    round_number : int
        Which time the block is searched: later rounds begin with smaller steps.
    generations : int
        At most so many.
    population : int, optional
        Evaluations in a generation; 4 + 3 log(parameters) if left out.
    progress : callable, optional
        Called with block, generation and best loss.
    """
    import cma

    names = [parameter.name for parameter in block.parameters]
    tried: list[tuple[NDArray[np.float64], float]] = []
    begin = np.array([p.to_unit(start[p.name]) for p in block.parameters])

    def values_at(place: NDArray[np.float64]) -> dict[str, float]:
        # The card's own values as they are written there, not through the logarithm and back.
        return {name: start[name] for name in names} if place is begin else _values(block, place)

    def loss_at(place: NDArray[np.float64], generation: int, member: int) -> float:
        values = {**start, **values_at(place)}
        key: dict[str, Any] = {
            "block": block.name, "round": round_number, "generation": generation,
            "member": member, "values": {name: values[name] for name in names},
        }  # fmt: skip
        evaluation = journal.recall(key)
        if evaluation is None:
            evaluation = evaluate(values, block.targets)
            journal.add(key, evaluation)
        loss = evaluation.loss if evaluation.is_usable else UNUSABLE
        tried.append((place, loss))
        return loss

    before = loss_at(begin, 0, 0)
    generation = 0
    with warnings.catch_warnings():
        # What cma warns of (flat losses, a start at a bound) is no fault of the user.
        warnings.simplefilter("ignore")
        strategy = cma.CMAEvolutionStrategy(
            np.clip(begin, 0.02, 0.98), 0.25 * 0.5 ** (round_number - 1),
            _options(
                _normals(seed, block.name, round_number), len(names), generations, population
            ),
        )  # fmt: skip
        while not strategy.stop():
            generation += 1
            places = [np.clip(np.asarray(place), 0.0, 1.0) for place in strategy.ask()]
            losses = [loss_at(place, generation, k) for k, place in enumerate(places)]
            strategy.tell(places, losses)
            if progress is not None:
                progress(block.name, generation, min(loss for _, loss in tried))
        scaling = np.ones(len(names)) * strategy.sigma_vec.scaling
        shape = np.asarray(strategy.sm.covariance_matrix) * np.outer(scaling, scaling)
        why = ", ".join(strategy.stop())
    best, loss = min(tried, key=lambda pair: pair[1])
    return Found(
        block=block.name,
        round=round_number,
        values=values_at(best),
        loss_before=before,
        loss=loss,
        evaluations=len(tried),
        generations=generation,
        why=why,
        spread=spread_of_fit(block, best, shape, tried),
    )


def _values(block: Block, place: NDArray[np.float64]) -> dict[str, float]:
    """Return the values at a place between the bounds, as a card would write them."""
    values = {}
    for parameter, share in zip(block.parameters, place, strict=True):
        rounded = float(f"{parameter.from_unit(float(share)):.{DIGITS}g}")
        values[parameter.name] = min(max(rounded, parameter.low), parameter.high)
    return values


def _options(
    randn: Callable[..., NDArray[np.float64]],
    parameters: int,
    generations: int,
    population: int | None,
) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bounds": [0.0, 1.0],
        "seed": math.nan,  # hands off NumPy's global generator
        "randn": randn,
        "maxiter": generations,
        "tolx": 1e-4,
        "tolfun": 1e-6,
        "tolflatfitness": 10,
        "verbose": -9,
        "verb_log": 0,
        "verb_disp": 0,
    }
    if parameters == 1:
        options["maxstd"] = math.inf  # cma 4.5 stumbles over its own limit in one dimension
    return options | ({"popsize": population} if population else {})


def _normals(seed: int, block: str, round_number: int) -> Callable[..., NDArray[np.float64]]:
    """Return a source of standard normal numbers that depends on its arguments alone."""
    stream, taken = f"calibrate/{block}/{round_number}", 0

    def draw(*shape: int) -> NDArray[np.float64]:
        nonlocal taken
        size = math.prod(shape)
        numbers = normal(seed, stream, np.arange(taken, taken + size))
        taken += size
        return numbers.reshape(shape)

    return draw
