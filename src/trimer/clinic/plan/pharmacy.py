# SPDX-License-Identifier: Apache-2.0
"""What a pharmacy says: concentrations, stability, bags, priming, limits of the pump.

None of it is published for flotetuzumab; it comes from a file that the user gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.core.errors import Problems, ProtocolError, UnknownName, did_you_mean
from trimer.core.shown import shown
from trimer.core.toml import read_toml
from trimer.protocol.schedule import as_line
from trimer.protocol.steps import as_drug
from trimer.protocol.tables import Tables
from trimer.protocol.times import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable

STAMP = "EXAMPLE, NOT A PRESCRIPTION"
"""Stands on everything made with a fictitious pharmacy."""

_TOP = ("name", "title", "fictitious", "drug", "note", "preparation", "bags", "line", "pump")
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*(\S.*)", re.ASCII)
_NG_PER_ML = {
    f"{mass}/{volume}": Fraction(factor) / size
    for mass, factor in (("ng", 1), ("mcg", 1000), ("ug", 1000), ("µg", 1000), ("mg", 10**6))
    for volume, size in (("mL", 1), ("L", 1000))
}
_ML = {"mL": Fraction(1), "L": Fraction(1000)}
_ML_PER_H = {"mL/h": Fraction(1)}


@dataclass(frozen=True, slots=True)
class Preparation:
    """The drug, diluted.

    Parameters
    ----------
    text : str
        Its concentration as it was written.
    ng_per_ml : Fraction
        Its concentration, in **ng/mL**.
    stable_minutes : int
        From hanging the bag to its last drop, in **minutes**.
    """

    text: str
    ng_per_ml: Fraction
    stable_minutes: int


@dataclass(frozen=True, slots=True)
class Pharmacy:
    """What bags and pumps can do.

    Parameters
    ----------
    name, title, note : str
        What it is called, and what has to be said of it.
    fictitious : bool
        Whether it is invented; then everything made with it says so.
    drug : str
        The drug it is for.
    preparations : tuple of Preparation
        The first that a pump can deliver is taken.
    sizes_ml : tuple of Fraction
        What the bags hold, rising, in **mL**.
    soonest_minutes : int
        No bag is changed sooner, in **minutes**.
    priming_ml, left_ml : Fraction
        Fills the line of every bag; stays behind in it, in **mL**.
    least_ml_h, most_ml_h, step_ml_h : Fraction
        Limits of the pump, and between two settings, in **mL/h**.
    worst_error : Fraction or None
        The largest error of rounding that is accepted, as a share; a half if it is not said.
    """

    name: str
    title: str
    note: str
    fictitious: bool
    drug: str
    preparations: tuple[Preparation, ...]
    sizes_ml: tuple[Fraction, ...]
    soonest_minutes: int
    priming_ml: Fraction
    left_ml: Fraction
    least_ml_h: Fraction
    most_ml_h: Fraction
    step_ml_h: Fraction
    worst_error: Fraction | None = None


def read_pharmacy(path: Path) -> Pharmacy:
    """Read what a pharmacy says from a TOML file.

    Raises
    ------
    ProtocolError
        When the file is missing, empty, not text or not TOML.
    Problems
        Everything that is wrong with it, with file and line.
    """
    return _Reader(read_toml(Path(path), ProtocolError)).pharmacy()


class _Reader(Tables):
    """Reads one document and collects what is wrong with it."""

    def pharmacy(self) -> Pharmacy:
        """Return what it says, or raise every problem found."""
        data = self.document.data
        self.check_keys(data, (), _TOP)
        fictitious = self.field(data, (), "fictitious", _yes, example="fictitious = false")
        head: dict[str, Any] = {
            "name": self.field(data, (), "name", _line, example='name = "our pharmacy"'),
            "title": self.field(data, (), "title", _line, ""),
            "note": self.field(data, (), "note", _line, ""),
            "drug": self.field(data, (), "drug", as_drug, example='drug = "flotetuzumab"'),
        }
        rest = self._preparations() | self._bags() | self._line() | self._pump()
        if self.problems or fictitious is None:
            raise Problems(dict.fromkeys(self.problems))
        return Pharmacy(fictitious=fictitious, **head, **rest)

    def _preparations(self) -> dict[str, Any]:
        found = []
        for i, table in self.tables("preparation", ("concentration", "stable")):
            path = ("preparation", i)
            strength = self.field(
                table, path, "concentration", _in(_NG_PER_ML, "a concentration", "100 ng/mL"),
                example='concentration = "100 ng/mL"',
            )  # fmt: skip
            stable = self.field(
                table, path, "stable", _positive_duration, example='stable = "96 h"'
            )
            if strength and stable:
                text = " ".join(str(table["concentration"]).split())
                found.append(Preparation(text, strength, stable))
        if not self.document.data.get("preparation"):
            self.problems.append(
                f"No concentration in {self.where()}: nothing says what is in a bag. "
                "Add [[preparation]]."
            )
        return {"preparations": tuple(found)}

    def _bags(self) -> dict[str, Any]:
        table = self._needed("bags", ("sizes", "soonest_change"))
        sizes = self.field(table, ("bags",), "sizes", _volumes, example='sizes = ["250 mL"]')
        soonest = self.field(
            table, ("bags",), "soonest_change", parse_duration, example='soonest_change = "12 h"'
        )
        return {"sizes_ml": sizes, "soonest_minutes": soonest}

    def _line(self) -> dict[str, Any]:
        table = self._needed("line", ("priming", "left_behind"))
        volume = _in(_ML, "a volume", "5 mL", positive=False)
        return {
            f"{key}_ml": self.field(table, ("line",), name, volume, example=f'{name} = "5 mL"')
            for key, name in (("priming", "priming"), ("left", "left_behind"))
        }

    def _pump(self) -> dict[str, Any]:
        keys = ("smallest_rate", "largest_rate", "rate_step")
        table = self._needed("pump", (*keys, "worst_rounding"))
        rate = _in(_ML_PER_H, "a rate", "0.1 mL/h")
        least, most, step = (
            self.field(table, ("pump",), key, rate, example=f'{key} = "0.1 mL/h"') for key in keys
        )
        if least is not None and most is not None and least > most:
            self.problems.append(
                f"Wrong rates in {self.where('pump', 'largest_rate')}: the largest is below the "
                "smallest. Turn them round."
            )
        worst = self.optional(table, ("pump",), "worst_rounding", _percent)
        return {"least_ml_h": least, "most_ml_h": most, "step_ml_h": step, "worst_error": worst}

    def _needed(self, key: str, allowed: tuple[str, ...]) -> dict[str, Any]:
        table = self.table(key, allowed)
        return {} if table is None else table


def pharmacy_named(text: str, shipped: dict[str, Path]) -> Path:
    """Return the file of a pharmacy: one that is there, or a shipped one by its name.

    Raises
    ------
    UnknownName
        When it is neither.
    """
    if text in shipped:
        return shipped[text]
    path = Path(text)
    if path.exists() or path.suffix:
        return path
    raise UnknownName(f"Unknown pharmacy '{text}': no such file.{did_you_mean(text, shipped)}")


def _in(
    units: dict[str, Fraction], what: str, example: str, *, positive: bool = True
) -> Callable[[object, str], Fraction]:
    def read(text: object, where: str) -> Fraction:
        match = _QUANTITY.fullmatch(text.strip()) if isinstance(text, str) else None
        wrong = f"Wrong {what.rpartition(' ')[2]} in {where}: got {shown(text)}"
        if match is None:
            raise ProtocolError(
                f'{wrong}; {what} is a number and a unit. Write it like "{example}".'
            )
        if match[2] not in units:
            raise ProtocolError(
                f"{wrong}; unknown unit '{match[2]}'.{did_you_mean(match[2], units)}"
            )
        number = Fraction(match[1]) * units[match[2]]
        if positive and number == 0:
            raise ProtocolError(f'{wrong}; {what} is more than nothing. Write it like "{example}".')
        return number

    return read


def _volumes(texts: object, where: str) -> tuple[Fraction, ...]:
    if not isinstance(texts, list) or not texts:
        raise ProtocolError(
            f"Wrong sizes in {where}: got {shown(texts)}; they are a list of volumes. "
            'Write it like ["100 mL", "250 mL"].'
        )
    read = _in(_ML, "a volume", "250 mL")
    return tuple(sorted({read(text, where) for text in texts}))


def _positive_duration(text: object, where: str) -> int:
    minutes = parse_duration(text, where)
    if minutes < 1:
        raise ProtocolError(
            f"Wrong duration in {where}: got {shown(text)}; it is more than nothing."
        )
    return minutes


def _percent(text: object, where: str) -> Fraction:
    match = _QUANTITY.fullmatch(text.strip()) if isinstance(text, str) else None
    if match and match[2] == "%" and 0 < Fraction(match[1]) < 100:
        return Fraction(match[1]) / 100
    raise ProtocolError(
        f'Wrong share in {where}: got {shown(text)}; it is a percentage. Write it like "5 %".'
    )


def _yes(value: object, where: str) -> bool:
    if isinstance(value, bool):
        return value
    raise ProtocolError(f"Wrong value in {where}: got {shown(value)}; it is true or false.")


def _line(text: object, where: str) -> str:
    return as_line(text, where, empty=False)
