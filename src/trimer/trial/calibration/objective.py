# SPDX-License-Identifier: Apache-2.0
"""What is minimized: from values of parameters to a loss and the rows behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Row:
    """One published figure beside the simulated one.

    Parameters
    ----------
    id : str
        Of the target.
    simulated : float or sequence of float
        What was simulated, in the unit of the target.
    score : float
        Negative log-likelihood of the published figure, up to a constant.
    """

    id: str
    simulated: float | tuple[float, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A loss and the rows it is made of.

    Parameters
    ----------
    loss : float
        To be minimized: a negative log-likelihood. Not finite where nothing could be simulated.
    rows : mapping of str to Row
        By id of the target.
    reason : str
        Why the loss is not finite.
    """

    loss: float
    rows: Mapping[str, Row] = field(default_factory=dict)
    reason: str = ""

    @property
    def is_usable(self) -> bool:
        """Whether the loss is a number that can be compared."""
        return math.isfinite(self.loss)

    def to_json(self) -> dict[str, Any]:
        """Return plain data; a loss that is not finite becomes null."""
        record: dict[str, Any] = {
            "loss": self.loss if self.is_usable else None,
            "rows": {
                row.id: {"simulated": _plain(row.simulated), "score": _plain(row.score)}
                for row in self.rows.values()
            },
        }
        return record | ({"reason": self.reason} if self.reason else {})

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Evaluation:
        """Return what `to_json` wrote."""
        rows = {
            name: Row(name, _number(row["simulated"]), float(_number(row["score"])))  # type: ignore[arg-type]
            for name, row in record["rows"].items()
        }
        loss = math.inf if record["loss"] is None else float(record["loss"])
        return cls(loss, rows, str(record.get("reason", "")))


class Objective(Protocol):
    """Simulates whatever the targets need and scores it.

    The same arguments have to give the same evaluation, bit for bit, whatever the number of
    threads: the search is resumed on that promise.
    """

    def __call__(
        self,
        overrides: Mapping[str, float],
        *,
        patients: int,
        seed: int,
        rows: frozenset[str] | None = None,
    ) -> Evaluation:
        """Return the loss of some values.

        Parameters
        ----------
        overrides : mapping of str to float
            Values that replace those of the card, in the card's units.
        patients : int
            Virtual patients in each arm.
        seed : int
            Of the random draws; the same in every evaluation of a fit.
        rows : frozenset of str, optional
            Targets to score; all that are fitted if left out.
        """


def _plain(value: float | tuple[float, ...]) -> float | list[float | None] | None:
    """Return what JSON can hold: no NaN and no infinity."""
    if isinstance(value, (tuple, list)):
        return [float(part) if math.isfinite(part) else None for part in value]
    return float(value) if math.isfinite(value) else None


def _number(value: float | list[float | None] | None) -> float | tuple[float, ...]:
    if isinstance(value, list):
        return tuple(math.nan if part is None else float(part) for part in value)
    return math.nan if value is None else float(value)
