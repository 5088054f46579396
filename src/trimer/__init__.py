# SPDX-License-Identifier: Apache-2.0
"""Flotetuzumab in silico: a CD3 engager, its patients and its ward, simulated.

    import trimer as tm

    model = tm.load("flotetuzumab")
    cohort = tm.sample(model.parameters, n=100, seed=7)
    protocol = tm.Protocol("flat").infuse("500 ng/kg/day", days=28)
    run = tm.simulate(model, cohort, protocol, days=28)

Simulation, not medical advice. Flotetuzumab is investigational, was never approved, and its
development has stopped.

The names below load on first use: ``import trimer`` itself loads nothing else.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimer.core.errors import TrimerError
    from trimer.library import load
    from trimer.model import Model
    from trimer.patients import Cohort, sample
    from trimer.protocol import Protocol, read_protocol
    from trimer.report import write_report
    from trimer.simulate import Run, prepare, simulate
    from trimer.store import StoredRun, open_run
    from trimer.trial import Arm, Study
    from trimer.trial.cohorts import draw_cohort
    from trimer.trial.read import read_study
    from trimer.trial.trial import resume_run, run_study

__version__ = "0.1.0"

__all__ = [
    "Arm",
    "Cohort",
    "Model",
    "Protocol",
    "Run",
    "StoredRun",
    "Study",
    "TrimerError",
    "__version__",
    "draw_cohort",
    "load",
    "open_run",
    "prepare",
    "read_protocol",
    "read_study",
    "resume_run",
    "run_study",
    "sample",
    "simulate",
    "write_report",
]

_HOMES = {
    "Arm": "trimer.trial",
    "Cohort": "trimer.patients",
    "Model": "trimer.model",
    "Protocol": "trimer.protocol",
    "Run": "trimer.simulate",
    "StoredRun": "trimer.store",
    "Study": "trimer.trial",
    "TrimerError": "trimer.core.errors",
    "draw_cohort": "trimer.trial.cohorts",
    "load": "trimer.library",
    "open_run": "trimer.store",
    "prepare": "trimer.simulate",
    "read_protocol": "trimer.protocol",
    "read_study": "trimer.trial.read",
    "resume_run": "trimer.trial.trial",
    "run_study": "trimer.trial.trial",
    "sample": "trimer.patients",
    "simulate": "trimer.simulate",
    "write_report": "trimer.report",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'trimer' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """Keeps `trimer.simulate` the verb, although a package has this name too.

    Importing that package binds its name here, which would hide the function. To reach into it,
    write ``from trimer.simulate import Run``.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
