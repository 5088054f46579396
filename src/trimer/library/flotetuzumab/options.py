# SPDX-License-Identifier: Apache-2.0
"""Structural choices of the model; the first value of each is the model's own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What a variant of the model is made of.

    Parameters
    ----------
    binding : {"explicit", "quasi-steady"}
        Whether every step of binding runs in time, or complexes are in equilibrium at once.
    killing : {"saturating", "mass-action"}
        Whether killers and blasts within reach limit each other, or killing is proportional to
        killers.
    tolerance : {"threshold", "pool", "exposure", "none"}
        What stops IL-6: a threshold of monocytes that rises with the stimulus, monocytes that
        turn refractory, the exposure to IL-6 itself, or nothing.
    desensitization : {"on", "off"}
        Whether T cells in lasting contact secrete less.
    endothelium : {"on", "off"}
        Whether vessels carry the target and are attacked.
    synapse, immunogenicity : {"off", "on"}
        Whether conjugates of T cell and blast, and antibodies against the drug, are followed.
    """

    binding: str = "explicit"
    killing: str = "saturating"
    tolerance: str = "threshold"
    desensitization: str = "on"
    endothelium: str = "on"
    synapse: str = "off"
    immunogenicity: str = "off"

    @property
    def vessels(self) -> bool:
        """Whether vessels carry the target."""
        return self.endothelium == "on"

    @property
    def parts(self) -> frozenset[str]:
        """Parts that are followed only when asked for, and are."""
        return frozenset(k for k in ("synapse", "immunogenicity") if getattr(self, k) == "on")


_ROWS = {
    ("killing", "saturating"): {"hET", "B_half"},
    ("killing", "mass-action"): {"B_ref"},
    ("tolerance", "threshold"): {"wA", "kAu", "kAd", "fRef", "kTol", "KTol", "kTolD", "kMR"},
    ("tolerance", "pool"): {"kTolP", "KTol", "kTolD", "kMR", "f6pool"},
    ("tolerance", "exposure"): {"KPast", "kAd", "f6past"},
    ("tolerance", "none"): {"f6none"},
    ("desensitization", "on"): {"wDes", "kDes", "kDesR"},
    ("endothelium", "on"): {"fEn", "gEn", "kEn", "KTE", "KFE", "KEn", "kEL"},
}


def rows_left_out(options: Options) -> set[str]:
    """Return the rows of the card that a variant has no use for.

    Examples
    --------
    >>> sorted(rows_left_out(Options()))
    ['B_ref', 'KPast', 'f6none', 'f6past', 'f6pool', 'kTolP']
    """
    chosen = {key for key in _ROWS if getattr(options, key[0]) == key[1]}
    used = set().union(*(_ROWS[key] for key in chosen))
    return set().union(*_ROWS.values()) - used
