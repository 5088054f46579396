# SPDX-License-Identifier: Apache-2.0
"""The noun: what came out of a simulation."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import UnknownName, did_you_mean
from trimer.core.notice import SHORT_NOTICE
from trimer.core.shown import counted
from trimer.engine.solution import REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from numpy.typing import NDArray

    from trimer.patients.cohort import Cohort
    from trimer.protocol.protocol import Protocol
    from trimer.simulate.ward.record import WardRecord


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """Trajectories of a cohort on a protocol.

    Parameters
    ----------
    model, model_version, model_hash : str
        What was simulated.
    engine : str
        What solved it.
    cohort : Cohort
        The N patients.
    protocol : Protocol
        What they were given.
    times : float64 array (T,)
        Output times, in **days** since the first dose.
    names : tuple of str, length K
        Observables or species.
    units, labels : mapping of str to str
        Unit and axis label of each.
    values : float64 array (N, T, K)
        Results; NaN from where a patient could not be followed.
    status : int8 array (N,)
        0 if the patient was followed to the end.
    steps : int32 array (N,)
        Steps of the solver.
    rtol : float
        Relative tolerance of a step.
    wall_seconds : float
        How long it took, in **seconds**.
    ward : WardRecord or None
        Doses, decisions and grades, if the protocol was followed on a ward.
    """

    model: str
    model_version: str
    model_hash: str
    engine: str
    cohort: Cohort
    protocol: Protocol
    times: NDArray[np.float64]
    names: tuple[str, ...]
    units: Mapping[str, str]
    labels: Mapping[str, str]
    values: NDArray[np.float64]
    status: NDArray[np.int8]
    steps: NDArray[np.int32]
    rtol: float
    wall_seconds: float
    ward: WardRecord | None = None

    @property
    def ids(self) -> NDArray[np.int64]:
        """Patient numbers, in the order of the rows."""
        return self.cohort.ids

    @property
    def failures(self) -> dict[int, str]:
        """Why patients could not be followed to the end, by patient number."""
        return {int(self.ids[i]): REASONS[self.status[i]] for i in np.flatnonzero(self.status)}

    def failure_text(self) -> str:
        """Say in a sentence who failed and why; empty if nobody did."""
        reasons = list(self.failures.values())
        if not reasons:
            return ""
        counts = ", ".join(f"{reason}: {reasons.count(reason)}" for reason in sorted({*reasons}))
        return (
            f"{len(reasons):,} of {counted(len(self.ids), 'patient')} stopped before day "
            f"{self.times[-1]:g} ({counts}). run.failures says which; their values are NaN from "
            "there on."
        )

    def column(self, name: str) -> NDArray[np.float64]:
        """Return one output of all patients, (N, T), in its unit.

        Raises
        ------
        UnknownName
            If it was not asked for.
        """
        if name not in self.names:
            raise UnknownName(
                f"Unknown output '{name}' of the run.{did_you_mean(name, self.names)}"
            )
        return self.values[:, :, self.names.index(name)]

    def table(self, *, wide: bool = False) -> pl.DataFrame:
        """Return the trajectories as a table.

        Parameters
        ----------
        wide : bool
            One column per output, instead of the columns ``param``, ``value`` and ``unit``.

        Returns
        -------
        polars DataFrame
            Columns ``id``, ``time`` (**days**), then as asked.
        """
        import polars as pl

        n, t, _ = self.values.shape
        frame = pl.DataFrame(
            {"id": np.repeat(self.ids, t), "time": np.tile(self.times, n)}
            | {name: self.column(name).reshape(-1) for name in self.names}
        )
        if wide:
            return frame
        units = pl.DataFrame(
            {"param": list(self.names), "unit": [self.units[x] for x in self.names]}
        )
        return frame.unpivot(index=["id", "time"], variable_name="param", value_name="value").join(
            units, on="param", how="left", maintain_order="left"
        )

    def __repr__(self) -> str:
        """Return a short card."""
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        first, *rest = self._lines()
        body = "".join(f"<p>{escape(line.strip())}</p>" for line in rest)
        return f"<p><b>{escape(first)}</b></p>{body}"

    def _lines(self) -> list[str]:
        n = len(self.ids)
        patients = counted(n, "patient")
        failed = self.failure_text()
        return [
            f"Run of {patients} on '{self.protocol.name}', {self.times[-1]:g} days",
            f"  model {self.model} {self.model_version}, {self.engine}, rtol {self.rtol:g}",
            f"  {counted(len(self.times), 'time')} of {', '.join(self.names[:6])}"
            + (f" and {len(self.names) - 6} more" if len(self.names) > 6 else ""),
            *([f"  {failed}"] if failed else []),
            f"  {SHORT_NOTICE}",
        ]
