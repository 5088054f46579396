# SPDX-License-Identifier: Apache-2.0
"""Shipped models, protocols and studies.

A model is a package with its equations (Python), parameter card (CSV) and sources (BibTeX).
Names are listed without importing sympy; `load` builds the model and does.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.core.errors import UnknownName, did_you_mean

if TYPE_CHECKING:
    from trimer.model import Model

_HERE = Path(__file__).parent

_DESCRIPTIONS = {
    "flotetuzumab": (
        "Flotetuzumab (CD123 x CD3) in relapsed or refractory AML, with what a ward sees: the "
        "reference model, vital signs, support, organ tests, blood, infections. Nominal."
    ),
    "flotetuzumab-reference": (
        "Flotetuzumab (CD123 x CD3) in relapsed or refractory AML: 45 states from binding to "
        "blasts, T cells, cytokines, fever and blood counts."
    ),
    "blinatumomab": (
        "Blinatumomab (CD19 x CD3) in relapsed or refractory B-cell ALL: the flotetuzumab model "
        "and its ward with another molecule. Nominal, not validated."
    ),
}

_BEFORE_ENTRY = {
    "induction": (
        "Chemotherapy before entry and the remission that follows: three states, by which "
        "candidates of a cohort are screened."
    ),
}
"""Models that cohorts are screened with; nobody is treated in them."""

_WARD = (
    "tocilizumab", "dexamethasone", "chemotherapy", "methylprednisolone", "acetaminophen",
    "fluids", "filgrastim", "red_cells", "platelet_units", "vasopressor", "oxygen", "antibiotic",
    "antifungal", "bacterial_infection", "fungal_infection",
)  # fmt: skip

_DRUGS = {
    "flotetuzumab": ("flotetuzumab", *_WARD),
    "flotetuzumab-reference": ("flotetuzumab", "tocilizumab", "dexamethasone", "chemotherapy"),
    "blinatumomab": ("blinatumomab", *_WARD),
    "induction": ("induction",),
}

_PARTS = {
    "flotetuzumab": ("flotetuzumab_reference", "flotetuzumab"),
    "blinatumomab": ("flotetuzumab_reference", "flotetuzumab", "blinatumomab"),
}
"""Packages that define a model, where it is more than its own."""


def names() -> tuple[str, ...]:
    """Return the names of the shipped models."""
    return tuple(_DESCRIPTIONS)


def description(name: str) -> str:
    """Return one sentence on a shipped model.

    Raises
    ------
    UnknownName
        If there is no such model.
    """
    return (_DESCRIPTIONS | _BEFORE_ENTRY)[_resolved(name)]


def drugs(name: str) -> tuple[str, ...]:
    """Return the drugs that a shipped model knows, without building it.

    Raises
    ------
    UnknownName
        If there is no such model.
    """
    return _DRUGS[_resolved(name)]


def load(name: str) -> Model:
    """Build a shipped model and check it.

    Parameters
    ----------
    name : str
        One of `names`.

    Raises
    ------
    UnknownName
        If there is no such model.

    Examples
    --------
    >>> load("flotetuzumab-reference")
    <Model flotetuzumab-reference 1.0: 45 species, 147 parameters (44 varied), ...
    """
    package = import_module(f"{__name__}.{_package(name)}")
    model: Model = package.build()
    return model


def files(name: str) -> tuple[Path, ...]:
    """Return every file that defines a shipped model, sorted by name.

    Whoever keeps something computed from the model compares these.

    Raises
    ------
    UnknownName
        If there is no such model.
    """
    kinds = {".py", ".csv", ".bib"}
    packages = _PARTS.get(_resolved(name), (_package(name),))
    found = [path for package in packages for path in (_HERE / package).iterdir()]
    return tuple(sorted(path for path in found if path.suffix in kinds))


def protocol_names() -> tuple[str, ...]:
    """Return the names of the shipped protocols."""
    return _names_in("protocols")


def protocol_path(name: str) -> Path:
    """Return the TOML file of a shipped protocol.

    Raises
    ------
    UnknownName
        If there is no such protocol.
    """
    return _path_in("protocols", "protocol", name)


def pharmacies() -> dict[str, Path]:
    """Return the files of the shipped pharmacies by name; all are invented."""
    return {path.stem: path for path in sorted((_HERE / "pharmacy").glob("*.toml"))}


def study_names() -> tuple[str, ...]:
    """Return the names of the shipped studies."""
    return _names_in("studies")


def study_path(name: str) -> Path:
    """Return the TOML file of a shipped study.

    Raises
    ------
    UnknownName
        If there is no such study.
    """
    return _path_in("studies", "study", name)


def cohort_names() -> tuple[str, ...]:
    """Return the names of the shipped cohorts."""
    return _names_in("cohorts")


def cohort_path(name: str) -> Path:
    """Return the TOML file of a shipped cohort.

    Raises
    ------
    UnknownName
        If there is no such cohort.
    """
    return _path_in("cohorts", "cohort", name)


def clinic_path(name: str) -> Path:
    """Return a file of the clinic pack: facts, limits, medicines, texts of guides, sources."""
    return _HERE / "clinic" / name


def _resolved(name: str) -> str:
    if name not in _DESCRIPTIONS and name not in _BEFORE_ENTRY:
        hint = did_you_mean(name, _DESCRIPTIONS)
        message = f"Unknown model '{name}'.{hint}"
        raise UnknownName(message)
    return name


def _package(name: str) -> str:
    return _resolved(name).replace("-", "_")


def _names_in(folder: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (_HERE / folder).glob("*.toml")))


def _path_in(folder: str, kind: str, name: str) -> Path:
    known = _names_in(folder)
    if name not in known:
        message = f"Unknown {kind} '{name}'.{did_you_mean(name, known)}"
        raise UnknownName(message)
    return _HERE / folder / f"{name}.toml"
