# SPDX-License-Identifier: Apache-2.0
"""The support that patients need for blood pressure and oxygen: what all CRS scales grade by.

**Assumed.** No fraction of inspired oxygen is known: low flow counts as less than 40 %, high flow
and positive pressure as 40 % or more.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.assess.codes import codes, flags
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from numpy.typing import ArrayLike, NDArray

    from trimer.assess.codes import Codes, Flags

NO_OXYGEN, LOW_FLOW, HIGH_FLOW, POSITIVE_PRESSURE = range(4)
"""Oxygen devices: none; nasal cannula up to 6 L/min or blow-by; cannula above 6 L/min, face mask,
non-rebreather or Venturi mask; CPAP, BiPAP or ventilation."""

MOST_VASOPRESSORS = 9


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Support:
    """What patients need at a look; each argument is one value for all or one for each.

    Parameters
    ----------
    hypotension : array_like of bool
        Pressure is low or is being treated, with fluids or a vasopressor.
    vasopressors : array_like of int
        How many run, vasopressin **not** counted.
    vasopressin : array_like of bool
        Whether vasopressin runs.
    vasopressor_high_dose : array_like of bool
        Whether a vasopressor runs at a high dose (read by the scale of 2014 only).
    hypoxia : array_like of bool
        Saturation is low on what the patient breathes now.
    oxygen : array_like of int
        Device: 0 none, 1 low flow (6 L/min or less) or blow-by, 2 high flow, mask, non-rebreather
        or Venturi, 3 positive pressure (CPAP, BiPAP, ventilation).

    Raises
    ------
    InputError
        When a code is unknown, shapes do not fit together, or a high dose is told of a patient
        without vasopressor.

    Examples
    --------
    >>> needs = Support(hypotension=[True, False], oxygen=[0, 2])
    >>> needs.oxygen_at_least_40_percent.tolist()
    [False, True]
    """

    hypotension: Flags
    vasopressors: Codes
    vasopressin: Flags
    vasopressor_high_dose: Flags
    hypoxia: Flags
    oxygen: Codes

    def __init__(
        self,
        *,
        hypotension: ArrayLike = False,
        vasopressors: ArrayLike = 0,
        vasopressin: ArrayLike = False,
        vasopressor_high_dose: ArrayLike = False,
        hypoxia: ArrayLike = False,
        oxygen: ArrayLike = NO_OXYGEN,
    ) -> None:
        checked: dict[str, NDArray[Any]] = {
            "hypotension": flags("hypotension", hypotension),
            "vasopressors": codes("number of vasopressors", vasopressors, MOST_VASOPRESSORS),
            "vasopressin": flags("vasopressin", vasopressin),
            "vasopressor_high_dose": flags("high dose of a vasopressor", vasopressor_high_dose),
            "hypoxia": flags("hypoxia", hypoxia),
            "oxygen": codes("oxygen device", oxygen, POSITIVE_PRESSURE),
        }
        for name, array in checked.items():
            object.__setattr__(self, name, array)
        _need_one_shape(checked)
        high = self.vasopressor_high_dose
        if high.any() and (high & (self.vasopressors == 0) & ~self.vasopressin).any():
            raise InputError(
                "Contradictory support of a patient: got a high dose of a vasopressor and no "
                "vasopressor. Count the vasopressors that run."
            )

    @property
    def oxygen_at_least_40_percent(self) -> Flags:
        """Whether the device counts as 40 % oxygen or more (**assumed** from the device)."""
        return np.asarray(self.oxygen >= HIGH_FLOW)

    @property
    def oxygen_grade(self) -> Codes:
        """Grade by oxygen alone, the same in all three CRS scales: 0, 2, 3 or 4."""
        helped = self.oxygen + (self.oxygen > 0)
        return np.asarray(np.maximum(helped, self.hypoxia * np.int8(2)))

    @property
    def all_vasopressors(self) -> Codes:
        """How many vasopressors run, vasopressin counted."""
        return np.asarray(self.vasopressors + self.vasopressin.view(np.int8))

    def broadcast(self, shape: tuple[int, ...]) -> Self:
        """Return the same support, every field of one shape.

        Parameters
        ----------
        shape : tuple of int
            Such as (patients, looks).
        """
        try:
            return self._with({name: np.broadcast_to(a, shape) for name, a in self._arrays()})
        except ValueError:
            got = [a.shape for _, a in self._arrays() if a.shape]
            raise InputError(
                f"Wrong shape of the support: got {got[0]}; {shape} is needed. Give one value "
                "for all, or one for each patient and look."
            ) from None

    def at_look(self, rows: NDArray[np.intp], column: int) -> Self:
        """Return the support of some patients at one look of many.

        Parameters
        ----------
        rows : ndarray of int
            Which patients, where every field has shape (patients, looks).
        column : int
            Which look.
        """
        return self._with({name: array[rows, column] for name, array in self._arrays()})

    def _arrays(self) -> list[tuple[str, NDArray[Any]]]:
        return [(part.name, getattr(self, part.name)) for part in fields(self)]

    def _with(self, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Copy with other arrays, which are known to be good."""
        other = copy.copy(self)
        for name, array in arrays.items():
            object.__setattr__(other, name, array)
        return other


def _need_one_shape(arrays: Mapping[str, NDArray[Any]]) -> None:
    shapes = {array.shape for array in arrays.values() if array.shape}
    if len(shapes) > 1:
        told = ", ".join(f"{name} {array.shape}" for name, array in arrays.items() if array.shape)
        raise InputError(
            f"Wrong shapes of the support of patients: got {told}; each is one value for all or "
            "one for each patient, in one order. Give as many of each."
        )


NO_SUPPORT = Support()
"""Nobody needs anything."""
