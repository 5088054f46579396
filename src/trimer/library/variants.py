# SPDX-License-Identifier: Apache-2.0
"""Variants of a shipped model: structural choices, written behind its name.

``flotetuzumab:endothelium=off,tolerance=pool`` is the model ``flotetuzumab`` with two choices that
differ from its own. The name stands wherever the name of a model does: in a study, on the command
line, in Python.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from trimer.core.errors import UnknownName, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHARED = {
    "binding": ("explicit", "quasi-steady"),
    "killing": ("saturating", "mass-action"),
    "tolerance": ("threshold", "pool", "exposure", "none"),
    "desensitization": ("on", "off"),
    "synapse": ("off", "on"),
    "immunogenicity": ("off", "on"),
}

_CHOICES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "flotetuzumab": _SHARED | {"endothelium": ("on", "off")},
        "blinatumomab": _SHARED,
    }
)

MEANINGS = MappingProxyType(
    {
        "binding": "drug and its receptors: every step in time, or in equilibrium at once",
        "killing": "limited by killers and by blasts within reach, or proportional to both",
        "tolerance": "what stops IL-6: a threshold that rises with the stimulus, monocytes that "
        "turn refractory, the exposure to IL-6 itself, or nothing",
        "desensitization": "T cells in lasting contact secrete less",
        "synapse": "conjugates of T cell and blast, perforin and granzyme are followed",
        "immunogenicity": "antibodies against the drug arise (known from animals)",
        "endothelium": "vessels carry a little of the target: T cells attack them",
    }
)


def choices(name: str) -> Mapping[str, tuple[str, ...]]:
    """Return the structural choices of a model, the model's own value first.

    Examples
    --------
    >>> choices("flotetuzumab")["endothelium"]
    ('on', 'off')
    >>> dict(choices("flotetuzumab-reference"))
    {}
    """
    return _CHOICES.get(name, {})


def split(name: str, options: Mapping[str, str] | None = None) -> tuple[str, dict[str, str]]:
    """Return a model's plain name and the choices that differ from its own.

    Parameters
    ----------
    name : str
        With or without choices behind a colon.
    options : mapping of str to str, optional
        More choices; they win.

    Raises
    ------
    UnknownName
        If the model has no such choice, or it cannot be made so.

    Examples
    --------
    >>> split("flotetuzumab:tolerance=pool,endothelium=on")
    ('flotetuzumab', {'tolerance': 'pool'})
    """
    plain, _, rest = name.partition(":")
    asked: dict[str, str] = {}
    for part in rest.split(",") if rest else ():
        key, sign, value = part.partition("=")
        if not sign:
            raise UnknownName(
                f"Wrong option in model '{name}': got '{part}'; it must be an option and a value. "
                "Write it like 'flotetuzumab:endothelium=off'."
            )
        asked[key.strip()] = value.strip()
    asked |= options or {}
    known = choices(plain)
    for key, value in asked.items():
        if key not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise UnknownName(
                f"Unknown option '{key}' of model '{plain}': {has}.{did_you_mean(key, known)}"
            )
        if value not in known[key]:
            raise UnknownName(
                f"Wrong option '{key}' of model '{plain}': got '{value}'; it is one of "
                f"{', '.join(known[key])}.{did_you_mean(value, known[key])}"
            )
    differ = {key: asked[key] for key in known if asked.get(key, known[key][0]) != known[key][0]}
    return plain, differ


def join(name: str, options: Mapping[str, str]) -> str:
    """Return the name of a variant, as `split` reads it.

    Examples
    --------
    >>> join("flotetuzumab", {"tolerance": "pool"})
    'flotetuzumab:tolerance=pool'
    >>> join("flotetuzumab", {})
    'flotetuzumab'
    """
    parts = ",".join(f"{key}={value}" for key, value in options.items())
    return f"{name}:{parts}" if parts else name
