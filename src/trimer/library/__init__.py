# SPDX-License-Identifier: Apache-2.0
"""Shipped models, protocols, studies and published figures.

A model is a package with its equations (Python), parameter card (CSV) and sources (BibTeX).
Names are listed without importing sympy; `load` builds the model and does.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.core.errors import UnknownName, did_you_mean
from trimer.library.variants import MEANINGS, choices, join, split

if TYPE_CHECKING:
    from trimer.model import Model

_HERE = Path(__file__).parent

_DESCRIPTIONS = {
    "flotetuzumab": (
        "Flotetuzumab (CD123 x CD3) in relapsed or refractory AML, with what a ward sees: two "
        "clones, tolerance, endothelium, vital signs, support, organ tests, blood, infections."
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
    "antifungal", "bacterial_infection", "fungal_infection", "cytarabine",
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

_BESIDE = {"fit.csv", "blocks.csv", "uncertainty.csv"}
"""Files beside a model that say what is done with it and do not define it."""


__all__ = [
    "MEANINGS", "canonical", "choices", "description", "drugs", "files", "load", "names",
    "protocol_names", "protocol_path", "study_names", "study_path",
]  # fmt: skip


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


def canonical(name: str, **options: str) -> str:
    """Return the name of a model or variant in one fixed spelling.

    Raises
    ------
    UnknownName
        If there is no such model or option.

    Examples
    --------
    >>> canonical("flotetuzumab:endothelium=on, tolerance=pool")
    'flotetuzumab:tolerance=pool'
    """
    _resolved(name)
    return join(*split(name, options))


def load(name: str, **options: str) -> Model:
    """Build a shipped model and check it.

    Parameters
    ----------
    name : str
        One of `names`, with choices behind a colon if it has any.
    **options : str
        Structural choices by name, such as ``endothelium="off"``; see `choices`.

    Raises
    ------
    UnknownName
        If there is no such model or option.

    Examples
    --------
    >>> load("flotetuzumab-reference")
    <Model flotetuzumab-reference 1.0: 45 species, 147 parameters (44 varied), ...
    >>> load("flotetuzumab", tolerance="pool").name
    'flotetuzumab:tolerance=pool'
    """
    package = import_module(f"{__name__}.{_package(name)}")
    model: Model = package.build(**split(name, options)[1])
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
    defining = (path for path in found if path.suffix in kinds and path.name not in _BESIDE)
    return tuple(sorted(defining))


def folder(name: str) -> Path:
    """Return the folder of a shipped model's own files.

    Raises
    ------
    UnknownName
        If there is no such model.
    """
    return _HERE / _package(name)


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


def targets_path() -> Path:
    """Return the TOML file of published figures that the models are compared with."""
    return _HERE / "targets" / "targets.toml"


def _resolved(name: str) -> str:
    plain = name.partition(":")[0]
    if plain not in _DESCRIPTIONS and plain not in _BEFORE_ENTRY:
        hint = did_you_mean(plain, _DESCRIPTIONS)
        message = f"Unknown model '{plain}'.{hint}"
        raise UnknownName(message)
    return split(name)[0]


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
