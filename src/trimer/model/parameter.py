# SPDX-License-Identifier: Apache-2.0
"""A parameter: one row of a parameter card."""

from __future__ import annotations

from dataclasses import dataclass

BASES = ("measured", "fitted", "derived", "scaled", "assumed")
"""Where a value comes from: a study of this very quantity, a calibration of this model,
arithmetic on other values, another species or molecule, or judgment."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of a model, with everything that is known about it.

    Parameters
    ----------
    name : str
        Symbol used in the equations.
    definition : str
        What it is, in words.
    value : float
        Value in the typical patient, in `unit`.
    unit : str
        Unit, such as ``"1/day"``; ``"1"`` for a plain number.
    spread : str
        How it differs between patients, such as ``"lognormal cv 40%"``; empty when it is the
        same in everyone.
    sources : tuple of str
        Keys into the model's list of sources; never empty.
    basis : str
        One of `BASES`.
    details : str
        Remarks on how the value was obtained.

    Examples
    --------
    >>> CL = Parameter("CL", "clearance", 38.0, "L/day", "lognormal cv 40%", ("A2020",), "scaled")
    >>> CL
    CL = 38 L/day (clearance; lognormal cv 40%; scaled, A2020)
    >>> CL.is_varied
    True
    """

    name: str
    definition: str
    value: float
    unit: str
    spread: str
    sources: tuple[str, ...]
    basis: str
    details: str = ""

    @property
    def is_varied(self) -> bool:
        """Whether patients differ in it."""
        return self.spread != ""

    @property
    def may_be_negative(self) -> bool:
        """Whether it is a deviate around zero rather than a quantity."""
        return self.spread.startswith("logistic")

    def __repr__(self) -> str:
        """Return the row in one line."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        spread = f"; {self.spread}" if self.spread else ""
        sources = ", ".join(self.sources)
        return (
            f"{self.name} = {self.value:g}{unit} "
            f"({self.definition}{spread}; {self.basis}, {sources})"
        )
