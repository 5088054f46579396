# SPDX-License-Identifier: Apache-2.0
"""A cohort: numbered patients and the parameters in which they differ.

What else is known of them, and is read by no equation, are covariates: numbers or texts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from trimer.core.errors import CohortError, did_you_mean
from trimer.core.random import checked_ids
from trimer.core.shown import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

_MOST_SHOWN = 6

COVARIATE = "cov_"
"""What the name of a covariate's column begins with in a table; no parameter's does."""


_ONE = "there is one each"


class ParameterLike(Protocol):
    """What a cohort needs to know of a model's parameter."""

    @property
    def name(self) -> str:
        """Symbol used in the equations."""

    @property
    def value(self) -> float:
        """Value in the typical patient."""

    @property
    def spread(self) -> str:
        """How it differs between patients; empty when it does not."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cohort:
    """Virtual patients: one row of parameter values each.

    Parameters
    ----------
    name : str
        What reports call the cohort.
    ids : ndarray of int64, shape (N,)
        Patient numbers, each once. The number decides the patient's random draws; numbers of a
        screened cohort are those of the candidates and have gaps.
    parameters : tuple of str
        Names of the parameters that differ, in column order.
    values : ndarray of float64, shape (N, P)
        Their values, in the units of the model's parameter card.
    seed : int or None
        Seed of the draws; None where nothing was drawn or several seeds meet.
    description : str
        Who these patients are, in a sentence.
    screened : bool
        Whether implausible candidates were left out.
    covariates : mapping of str to array, shape (N,)
        What else is known of each patient, numbers or texts.

    Raises
    ------
    CohortError
        When the arrays do not fit together, a number repeats or a value is not finite.
    """

    name: str
    ids: NDArray[np.int64]
    parameters: tuple[str, ...]
    values: NDArray[np.float64]
    seed: int | None = None
    description: str = ""
    screened: bool = False
    covariates: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ids = checked_ids(self.ids).view()
        values = np.ascontiguousarray(self.values, dtype=np.float64).view()
        # What is frozen has to hold frozen arrays; the caller's own arrays stay as they are.
        ids.flags.writeable = False
        values.flags.writeable = False
        object.__setattr__(self, "ids", ids)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "parameters", tuple(self.parameters))
        object.__setattr__(self, "covariates", _frozen(self.covariates))
        if problem := self._problem():
            raise CohortError(f"Wrong cohort '{self.name}': {problem}.")

    def _problem(self) -> str:
        n, p = self.ids.size, len(self.parameters)
        if self.ids.ndim != 1 or self.values.shape != (n, p):
            shape = f"{self.ids.shape} numbers and {self.values.shape} values"
            return f"got {shape} for {p} parameters; there is one row a patient, one column each"
        if n == 0:
            return "it is empty; a cohort has at least one patient"
        if len(set(self.parameters)) < p:
            return "a parameter stands there twice; each has one column"
        if not np.all(self.ids[1:] > self.ids[:-1]) and np.unique(self.ids).size < n:
            return "a patient number stands there twice; each patient has one row"
        for name, known in self.covariates.items():
            if known.shape != (n,):
                return f"got {known.size} values of covariate '{name}' for {n} patients; {_ONE}"
        if not np.isfinite(self.values).all():
            row, column = np.argwhere(~np.isfinite(self.values))[0]
            value = self.values[row, column]
            where = f"'{self.parameters[column]}' of patient {self.ids[row]}"
            return f"{where} is {value}; values are finite numbers"
        return ""

    @classmethod
    def nominal(cls, parameters: Iterable[ParameterLike], *, name: str = "nominal") -> Cohort:
        """Return the typical patient alone: every parameter at the value of the card.

        Parameters
        ----------
        parameters : iterable of parameters
            Anything with ``name``, ``value`` and ``spread``, such as ``model.parameters``.
        name : str
            What reports call it.
        """
        varied = [parameter for parameter in parameters if parameter.spread]
        return cls(
            name=name,
            ids=np.zeros(1, dtype=np.int64),
            parameters=tuple(parameter.name for parameter in varied),
            values=np.array([[parameter.value for parameter in varied]], dtype=np.float64),
            description="The typical patient of the parameter card.",
        )

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, ArrayLike],
        *,
        name: str,
        seed: int | None = None,
        description: str = "",
        screened: bool = False,
    ) -> Cohort:
        """Return a cohort from a table: ``id`` and one column a parameter; see `columns`."""
        if "id" not in columns:
            raise CohortError(f"Wrong cohort '{name}': no column 'id'; it numbers the patients.")
        known = {
            column.removeprefix(COVARIATE): np.asarray(columns[column])
            for column in columns
            if column.startswith(COVARIATE)
        }
        parameters = tuple(
            column for column in columns if column != "id" and not column.startswith(COVARIATE)
        )
        ids = checked_ids(columns["id"])
        values = np.empty((ids.size, len(parameters)), dtype=np.float64)
        for j, parameter in enumerate(parameters):
            column = np.asarray(columns[parameter], dtype=np.float64)
            if column.shape != ids.shape:
                what = f"{column.size} values of '{parameter}' for {ids.size} patients"
                raise CohortError(f"Wrong cohort '{name}': got {what}; there is one each.")
            values[:, j] = column
        return cls(name, ids, parameters, values, seed, description, screened, known)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the cohort as columns of a table: ``id``, parameters, ``cov_`` covariates."""
        table: dict[str, NDArray[Any]] = {"id": self.ids}
        for j, parameter in enumerate(self.parameters):
            table[parameter] = self.values[:, j]
        for name, known in self.covariates.items():
            table[f"{COVARIATE}{name}"] = known
        return table

    def column(self, parameter: str) -> NDArray[np.float64]:
        """Return the values of one parameter, in the unit of the card, in the order of `ids`."""
        if parameter not in self.parameters:
            hint = did_you_mean(parameter, self.parameters)
            raise CohortError(f"Unknown parameter '{parameter}' in cohort '{self.name}'.{hint}")
        return self.values[:, self.parameters.index(parameter)]

    def covariate(self, name: str) -> NDArray[Any]:
        """Return what is known of each patient under a name, in the order of `ids`."""
        if name not in self.covariates:
            hint = did_you_mean(name, self.covariates)
            raise CohortError(f"Unknown covariate '{name}' in cohort '{self.name}'.{hint}")
        return self.covariates[name]

    def select(self, ids: ArrayLike) -> Cohort:
        """Return the patients with these numbers, in the order asked for."""
        wanted = checked_ids(ids).reshape(-1)
        order = np.argsort(self.ids, kind="stable")
        place = np.minimum(np.searchsorted(self.ids, wanted, sorter=order), len(self) - 1)
        rows = order[place]
        missing = wanted[self.ids[rows] != wanted]
        if missing.size:
            raise CohortError(
                f"Unknown patient {missing[0]} in cohort '{self.name}': "
                f"it has {counted(len(self), 'patient')} numbered {np.min(self.ids)} to "
                f"{np.max(self.ids)}."
            )
        return self._of(rows)

    def part(self, start: int, stop: int) -> Cohort:
        """Return the patients in rows `start` to `stop` (not included), without copying."""
        return self._of(slice(start, stop))

    def _of(self, rows: slice | NDArray[np.intp]) -> Cohort:
        known = {name: values[rows] for name, values in self.covariates.items()}
        return replace(self, ids=self.ids[rows], values=self.values[rows], covariates=known)

    def __len__(self) -> int:
        return int(self.ids.size)

    def __repr__(self) -> str:
        """Return a short card."""
        lines = [self._headline()]
        if self.description:
            lines.append(f"  {self.description}")
        lines += [f"  {'  '.join(row)}" for row in self._spread()]
        if len(self.parameters) > _MOST_SHOWN:
            more = counted(len(self.parameters) - _MOST_SHOWN, "more parameter")
            lines.append(f"  ... and {more}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td>{median}</td><td>{span}</td></tr>"
            for name, median, span in self._spread(most=len(self.parameters))
        )
        return (
            f"<p><b>{escape(self._headline())}</b></p><p>{escape(self.description)}</p>"
            "<table><tr><th>parameter</th><th>median</th><th>5–95 %</th></tr>"
            f"{rows}</table>"
        )

    def _headline(self) -> str:
        patients = counted(len(self), "patient")
        seed = "nothing drawn" if self.seed is None else f"seed {self.seed}"
        screened = "screened" if self.screened else "not screened"
        return f"Cohort '{self.name}': {patients}, {seed}, {screened}"

    def _spread(self, most: int = _MOST_SHOWN) -> list[tuple[str, str, str]]:
        """Name, median and 5-95 % range of the first parameters, as text."""
        shown = []
        for j, parameter in enumerate(self.parameters[:most]):
            low, median, high = np.quantile(self.values[:, j], [0.05, 0.5, 0.95])
            shown.append((parameter, f"{median:.4g}", f"{low:.4g}..{high:.4g}"))
        return shown


def _frozen(covariates: Mapping[str, ArrayLike]) -> Mapping[str, NDArray[Any]]:
    """Return covariates as arrays of numbers or of text that cannot be written to."""
    frozen: dict[str, NDArray[Any]] = {}
    for name, values in covariates.items():
        array = np.asarray(values)
        array = array.astype(np.str_ if array.dtype.kind in "OUS" else np.float64, copy=False)
        frozen[name] = array.view()
        frozen[name].flags.writeable = False
    return frozen


def concatenate(cohorts: Sequence[Cohort], *, name: str | None = None) -> Cohort:
    """Return several cohorts as one.

    Parameters
    ----------
    cohorts : sequence of Cohort
        At least one; the same parameters in the same order, no patient number in two of them.
    name : str, optional
        Name of the whole; that of the first if left out.

    Raises
    ------
    CohortError
        When they do not fit together.
    """
    if not cohorts:
        raise CohortError("Nothing to put together: got no cohort; give at least one.")
    first = cohorts[0]
    for other in cohorts:
        if other.parameters != first.parameters:
            raise CohortError(
                f"Cohorts '{first.name}' and '{other.name}' do not fit together: their parameters "
                "differ. Draw both from the same model."
            )
        if other.covariates.keys() != first.covariates.keys():
            raise CohortError(
                f"Cohorts '{first.name}' and '{other.name}' do not fit together: their covariates "
                "differ. Draw both from the same definition."
            )
    descriptions = dict.fromkeys(cohort.description for cohort in cohorts if cohort.description)
    return Cohort(
        name=name or first.name,
        ids=np.concatenate([cohort.ids for cohort in cohorts]),
        parameters=first.parameters,
        values=np.concatenate([cohort.values for cohort in cohorts]),
        seed=first.seed if len({cohort.seed for cohort in cohorts}) == 1 else None,
        description=" ".join(descriptions),
        screened=all(cohort.screened for cohort in cohorts),
        covariates={
            known: np.concatenate([cohort.covariates[known] for cohort in cohorts])
            for known in first.covariates
        },
    )
