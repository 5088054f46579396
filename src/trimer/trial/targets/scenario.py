# SPDX-License-Identifier: Apache-2.0
"""The nouns: what is simulated for published figures; several figures may share one scenario."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trimer import library
from trimer.protocol import read_protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimer.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Scenario:
    """Who is treated with what, for how long, and what is read.

    Parameters
    ----------
    name, title : str
        Short name, and one line for people.
    model, cohort : str
        Names of a shipped model, and of the cohort that is drawn.
    protocol : str
        Name of a shipped protocol.
    days, every_hours : float
        Length in **days** from the first dose, and interval of the outputs in **hours**.
    outputs : tuple of str
        Observables and species that are kept.
    may_lack : tuple of str
        Those of them that a model need not have; what rests on them is then not applicable.
    maintenance : str
        Another maintenance rate than the protocol's; empty if it is kept.
    values : mapping of str to float
        Values of the parameter card that are replaced: an experiment, such as no target.
    policy : str
        Whose rules are followed, in words.
    note : str
        What a reader has to know.
    """

    name: str
    title: str
    model: str
    cohort: str
    protocol: str
    days: float
    every_hours: float
    outputs: tuple[str, ...]
    may_lack: tuple[str, ...] = ()
    maintenance: str = ""
    values: Mapping[str, float] = field(default_factory=dict)
    policy: str = ""
    note: str = ""

    def read_protocol(self) -> Protocol:
        """Return its protocol, with its maintenance rate.

        Raises
        ------
        UnknownName
            If there is no such protocol.
        """
        protocol = read_protocol(protocol_path(self.protocol))
        return protocol.with_maintenance(self.maintenance) if self.maintenance else protocol


@dataclass(frozen=True, slots=True)
class Pool:
    """Scenarios that were reported together.

    Parameters
    ----------
    name, title : str
        Short name, and one line for people.
    parts : tuple of (str, float)
        Names of scenarios, and how many patients were in each.
    note : str
        Where the mix comes from.
    """

    name: str
    title: str
    parts: tuple[tuple[str, float], ...]
    note: str = ""


def protocol_path(name: str) -> Path:
    """Return the file of a shipped protocol, or of an experiment that lies beside the targets.

    Raises
    ------
    UnknownName
        If there is neither.
    """
    beside = library.targets_path().parent / "experiments" / f"{name}.toml"
    return beside if beside.exists() else library.protocol_path(name)
