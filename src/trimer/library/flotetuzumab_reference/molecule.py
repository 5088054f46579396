# SPDX-License-Identifier: Apache-2.0
"""What the equations are told of a T-cell engager: names and words, no numbers.

The numbers are in the parameter card; these say what its symbols are called.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Molecule:
    """A CD3-binding drug and its target.

    Parameters
    ----------
    drug : str
        Name, as protocols write it.
    target : str
        Antigen of the leukemic cells.
    mark : str
        Ends the symbols that belong to the target, as in ``kon123`` and ``N123``.
    free : str
        Begins the symbols of free target, as in ``R12b``.
    normal : str
        Normal cells that carry the target.
    flow : str
        What the flows of these cells are called.
    CD3_sources, target_sources, clearance_sources : tuple of str
        Who is cited where the equations of binding and clearance stand.

    Examples
    --------
    >>> FLOTETUZUMAB.name("kon")
    'kon123'
    >>> FLOTETUZUMAB.label
    'Flotetuzumab'
    """

    drug: str
    target: str
    mark: str
    free: str
    normal: str
    flow: str
    CD3_sources: tuple[str, ...]
    target_sources: tuple[str, ...]
    clearance_sources: tuple[str, ...]

    def name(self, symbol: str, place: str = "") -> str:
        """Return the name of a symbol that belongs to the target."""
        return f"{symbol}{self.mark}{place}"

    @property
    def label(self) -> str:
        """The drug's name as a heading."""
        return self.drug.capitalize()


FLOTETUZUMAB = Molecule(
    "flotetuzumab",
    target="CD123",
    mark="123",
    free="R12",
    normal="normal CD123+ cells",
    flow="CD123+",
    CD3_sources=("Chichili2015", "Betts2019"),
    target_sources=("Chichili2015",),
    clearance_sources=("Clements2020",),
)
