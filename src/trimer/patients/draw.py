# SPDX-License-Identifier: Apache-2.0
"""Draw the parameters of a cohort's candidates, with their correlations.

A parameter is the quantile of a normal number, as in a cohort drawn from a card alone. Where it
loads on factors, that number is put together from theirs and its own; the parameter's own
distribution stays as it is (a Gaussian copula). Effects and the losses of earlier chemotherapy
multiply the value; limits of the spread hold for the product.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from trimer.core import spread as grammar
from trimer.core.elementary import exp, log
from trimer.core.errors import Problems, did_you_mean
from trimer.core.random import normal, uniform
from trimer.patients.cohort import ParameterLike
from trimer.patients.correlation import cholesky, correlated, explained, mixed
from trimer.patients.distribution import Distribution, LogNormal, parse_spread, value_of_normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from trimer.patients.definition import Definition, Loss, Variation

    Floats = NDArray[np.float64]
    Ids = NDArray[np.int64]


class CardRow(ParameterLike, Protocol):
    """What the draw of a cohort needs to know of a parameter."""

    @property
    def unit(self) -> str:
        """Unit of the value."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What lies behind each patient: courses of chemotherapy, and **days** since the last."""

    courses: Floats
    days: Floats


@dataclass(frozen=True, slots=True)
class _Column:
    """How one parameter is drawn."""

    name: str
    distribution: Distribution | None  # None: the value of the card, in everyone
    value: float
    loadings: Mapping[str, float] = field(default_factory=dict)
    share: float = 0.0
    effects: Mapping[str, float] = field(default_factory=dict)
    loss: Loss | None = None


class Draw:
    """A definition brought together with the card of a model.

    Parameters
    ----------
    definition : Definition
        Of the cohort.
    card : iterable of rows
        Parameters of the model that patients are drawn for.
    before : iterable of rows
        Parameters of the simulation of what was before entry; where the model has one of the same
        name, that one holds in both.

    Raises
    ------
    Problems
        If the card lacks a parameter that the definition names, or has it in another unit.
    """

    def __init__(
        self, definition: Definition, card: Iterable[CardRow], before: Iterable[CardRow] = ()
    ) -> None:
        self.definition = definition
        rows = {row.name: row for row in card}
        own = {row.name: row for row in before if row.name not in rows}
        self.units = {row.name: row.unit for row in (*rows.values(), *own.values())}
        self._names = [factor.name for factor in definition.factors]
        self._matrix = definition.correlation_matrix()
        problems = [*_problems(definition, rows | own)]
        if problems:
            raise Problems(problems)
        self._L = cholesky(self._matrix) or []
        columns = {name: self._column(row) for name, row in (rows | own).items()}
        self._columns = columns
        self.parameters = tuple(name for name in rows if _varies(columns[name]))
        """Parameters of the model that differ between patients, in the order of its card."""
        self.before = tuple(name for name in own if _varies(columns[name]))
        """The same of what was before entry."""

    def factors(self, seed: int, ids: Ids) -> dict[str, Floats]:
        """Return the factors of patients: correlated standard normal numbers, by name."""
        if not self._names:
            return {}
        free = [normal(seed, f"patients/factor/{name}", ids) for name in self._names]
        return dict(zip(self._names, correlated(self._L, free), strict=True))

    def column(
        self,
        name: str,
        seed: int,
        ids: Ids,
        factors: Mapping[str, Floats],
        prior: Prior | None = None,
    ) -> Floats:
        """Return a parameter of patients, in the unit of the card.

        Parameters
        ----------
        name : str
            A parameter of the model, or of what was before entry.
        seed : int
            Of the draws.
        ids : array of int
            Patient numbers.
        factors : mapping of str to array
            Those of these patients.
        prior : Prior, optional
            What lies behind them; None before it happened.
        """
        how = self._columns[name]
        plain = not (how.loadings or how.effects or how.loss)
        if how.distribution is None:
            value = np.full(ids.size, how.value)
        elif how.loadings:
            own = normal(seed, f"patients/{name}", ids) if how.share < 1.0 else np.zeros(ids.size)
            z = mixed(how.loadings, factors, own, how.share)
            value = value_of_normal(how.distribution, z)
        elif plain:
            return how.distribution.quantile(uniform(seed, f"patients/{name}", ids))
        else:
            free = replace(how.distribution, low=-np.inf, high=np.inf)
            value = free.quantile(uniform(seed, f"patients/{name}", ids))
        for factor, effect in how.effects.items():
            value = value * exp(effect * factors[factor])
        if how.loss is not None and prior is not None:
            value = value * kept(how.loss, prior)
        if how.distribution is None:
            return value
        clipped: Floats = np.clip(value, how.distribution.low, how.distribution.high)
        return clipped

    def _column(self, row: CardRow) -> _Column:
        said = {variation.name: variation for variation in self.definition.variations}
        lost = {loss.name: loss for loss in self.definition.losses}
        loss = lost.get(row.name)
        variation = said.get(row.name)
        if variation is None:
            return _Column(row.name, _distribution(row, row.spread), row.value, loss=loss)
        return _Column(
            row.name,
            _distribution(row, variation.spread or row.spread),
            row.value,
            variation.loadings,
            explained(variation.loadings, self._names, self._matrix),
            variation.effects,
            loss,
        )


def kept(loss: Loss, prior: Prior) -> Floats:
    """Return which share of a parameter earlier chemotherapy left.

    Each course takes its share; the loss then falls with time.
    """
    left = exp(prior.courses * float(log(1.0 - loss.loss_per_course)))
    return 1.0 - (1.0 - left) * exp(-prior.days / loss.recovery_days)


def _varies(column: _Column) -> bool:
    return bool(column.distribution or column.effects or column.loss)


def _distribution(row: CardRow, spread: str) -> Distribution | None:
    if not spread:
        return None
    number = grammar.numbers(spread) or {}
    value = row.value
    if spread != row.spread and (number.keys() & {"a", "median"}):
        # The typical patient of the card need not be one of this cohort.
        value = min(max(value, number.get("low", value)), number.get("high", value))
    return parse_spread(spread, name=row.name, value=value)


def _problems(definition: Definition, rows: Mapping[str, CardRow]) -> Iterator[str]:
    """Say what the definition names that the cards lack, or have otherwise."""
    where = f"cohort '{definition.name}' ('{definition.path}')"
    for part in definition.named:
        if part.name not in rows and not part.optional:
            yield (
                f"Unknown parameter '{part.name}' in {where}: the model has none of this name."
                f"{did_you_mean(part.name, rows)} If it may be missing, write optional = true."
            )
    for variation in definition.variations:
        row = rows.get(variation.name)
        if row is not None:
            yield from _misfits(variation, row, where)


def _misfits(variation: Variation, row: CardRow, where: str) -> Iterator[str]:
    name = variation.name
    if variation.unit and variation.unit != row.unit:
        yield (
            f"Wrong unit of '{name}' in {where}: got {variation.unit}; the parameter card has it "
            f"in {row.unit}. Convert the numbers of its spread."
        )
    try:
        distribution = _distribution(row, variation.spread or row.spread)
    except Exception as error:  # noqa: BLE001 (said with the place, with all other problems)
        yield f"{error} It stands in {where}."
        return
    if variation.loadings and distribution is None:
        yield (
            f"Loadings of '{name}' in {where}: it is the same in everyone. Give it a spread, or "
            "effects instead."
        )
    if variation.effects and not (distribution is None or isinstance(distribution, LogNormal)):
        yield (
            f"Effects on '{name}' in {where}: they act on a logarithm, and its spread is "
            f"'{variation.spread or row.spread}'. Use loadings."
        )
