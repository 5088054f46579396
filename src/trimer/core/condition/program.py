# SPDX-License-Identifier: Apache-2.0
"""Conditions as one flat program: every distinct comparison and every distinct joint once.

A value of the logic is two masks: where something surely holds, and where it may hold. "and" and
"or" then act on both masks alike, and "not" swaps them and turns them round, which is Kleene's
logic: "unknown or true" is true, "unknown and true" unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from trimer.core.condition.tree import And, Compare, Flag, Not, atoms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from trimer.core.condition.scene import Floats, Mask
    from trimer.core.condition.tree import Atom, Condition, Tree

    Step: TypeAlias = tuple[Callable[..., Any], int, int, int]
    Sign: TypeAlias = tuple[Callable[..., Any], Callable[..., Any]]


def _differs(value: Floats, limit: float | Floats, out: Mask) -> None:
    """Write where two known numbers differ."""
    np.less(value, limit, out=out)
    out |= np.greater(value, limit)


SIGNS: dict[str, Sign] = {
    ">": (np.greater, np.less_equal), ">=": (np.greater_equal, np.less),
    "<": (np.less, np.greater_equal), "<=": (np.less_equal, np.greater),
    "=": (np.equal, _differs), "!=": (_differs, np.equal),
}  # fmt: skip
"""What says where a comparison holds, and where it does not; neither does for NaN."""


@dataclass(eq=False)
class Program:
    """What is worked out at a look, in order.

    Attributes
    ----------
    atoms : list of Compare or Flag
        First those that have to hold for a duration, then those for readings, then the rest. Their
        masks are the first rows.
    steps : list of (function, int, int, int)
        Joints of rows: a function, the rows it reads, the row it writes.
    results : int array (conditions,)
        The row of each condition.
    """

    atoms: list[Atom]
    durations: int
    rows: int
    steps: list[Step] = field(default_factory=list)
    results: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.atoms) + len(self.steps)

    def join(self, masks: Mask) -> None:
        """Work out all joints.

        Parameters
        ----------
        masks : bool array (2, size, n)
            Where each row surely holds, and where it may; those of the atoms are filled.
        """
        pairs = list(masks.swapaxes(0, 1))
        for act, first, second, out in self.steps:
            act(pairs[first], pairs[second], pairs[out])


def compile_conditions(conditions: Sequence[Condition]) -> Program:
    """Return the program of conditions."""
    found = dict.fromkeys(atom for condition in conditions for atom in atoms(condition.tree))
    durations = [atom for atom in found if atom.minutes]
    rows = [atom for atom in found if atom.readings]
    rest = [atom for atom in found if not (atom.minutes or atom.readings)]
    program = Program([*durations, *rows, *rest], len(durations), len(rows))
    places: dict[Any, int] = {atom: k for k, atom in enumerate(program.atoms)}
    program.results = [_place(c.tree, program, places) for c in conditions]
    return program


def _place(tree: Tree, program: Program, places: dict[Any, int]) -> int:
    """Return the row of a tree, and add the steps that fill it."""
    if isinstance(tree, (Compare, Flag)):
        return places[tree]
    if isinstance(tree, Not):
        part = _place(tree.part, program, places)
        return _step(_opposite, (part, part), program, places)
    act = np.logical_and if isinstance(tree, And) else np.logical_or
    return _chain(act, (_place(part, program, places) for part in tree.parts), program, places)


def _chain(
    act: Callable[..., Any], parts: Iterable[int], program: Program, places: dict[Any, int]
) -> int:
    joined, *rest = dict.fromkeys(parts)
    for part in rest:
        joined = _step(act, (joined, part), program, places)
    return joined


def _step(
    act: Callable[..., Any], read: tuple[int, int], program: Program, places: dict[Any, int]
) -> int:
    key = act, read
    if key not in places:
        places[key] = program.size
        program.steps.append((act, *read, program.size))
    return places[key]


def _opposite(pair: Mask, _same: Mask, out: Mask) -> None:
    """Write the opposite: it surely holds where the other cannot, and may where it is not sure."""
    np.logical_not(pair[::-1], out)
