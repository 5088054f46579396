# SPDX-License-Identifier: Apache-2.0
"""The verb: local, Sobol and Morris analysis of one treatment."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from trimer.core.errors import InputError
from trimer.simulate import prepare
from trimer.trial.outcomes import DEVIATE
from trimer.trial.planned import as_planned
from trimer.trial.populations import RATES, counts_of, populations
from trimer.trial.recipe import shipped
from trimer.trial.sensitivity.factors import between_patients, choose
from trimer.trial.sensitivity.local import Local, local, screen
from trimer.trial.sensitivity.morris import Morris, morris
from trimer.trial.sensitivity.read_outs import latent_of, readable
from trimer.trial.sensitivity.sobol import Sobol, sobol
from trimer.trial.uncertainty.doubt import Doubt, read_doubt, shipped_doubt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from trimer.engine.compiled import CardRow
    from trimer.engine.solution import Compiled
    from trimer.trial.study import Arm

KINDS = ("local", "sobol", "morris")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is analyzed, and how finely.

    Parameters
    ----------
    kinds : tuple of str
        Of `KINDS`.
    parameters : tuple of str
        Between-patient parameters of the Sobol analysis; if empty, those that do most when moved
        one at a time.
    most : int
        How many these are.
    base_samples : int
        Of the Sobol analysis; a power of two.
    typical : int
        How many typical values the Morris screening takes: those with the widest bars.
    trajectories, patients : int
        Of the Morris screening, and in each of its populations.
    seed : int
        Of designs and patients.
    """

    kinds: tuple[str, ...] = KINDS
    parameters: tuple[str, ...] = ()
    most: int = 20
    base_samples: int = 1024
    typical: int = 15
    trajectories: int = 6
    patients: int = 500
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what is no plan."""
        wrong = [kind for kind in self.kinds if kind not in KINDS]
        if wrong or not self.kinds:
            raise InputError(
                f"Unknown analysis: got {', '.join(wrong) or 'none'}; known are {', '.join(KINDS)}."
            )
        for name in ("most", "typical", "patients"):
            if getattr(self, name) < 2:
                raise InputError(
                    f"Wrong '{name}' of a sensitivity analysis: got {getattr(self, name)}; it is "
                    "a whole number from 2 on."
                )


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """What a sensitivity analysis found.

    Parameters
    ----------
    model, version, model_hash : str
        What was analyzed.
    arm, label : str
        The treatment.
    days : float
        For how long patients were followed, in **days**.
    plan : Plan
        How it was analyzed.
    doubts : tuple of Doubt
        Ranges of typical values that were moved.
    local, sobol, morris : or None
        What each analysis found.
    held : float64 array (K,) or None
        Share of the squared effects between patients, one parameter at a time, of those that the
        Sobol analysis varied; the rest was held at the typical patient's.
    seconds : dict of str to float
        How long each took.
    """

    model: str
    version: str
    model_hash: str
    arm: str
    label: str
    days: float
    plan: Plan
    doubts: tuple[Doubt, ...]
    local: Local | None
    sobol: Sobol | None
    morris: Morris | None
    held: NDArray[np.float64] | None
    seconds: dict[str, float]


def sensitivity(
    model: str,
    arm: Arm,
    plan: Plan | None = None,
    *,
    days: float,
    doubt: Path | None = None,
    threads: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Sensitivity:
    """Analyze what decides the outcome of a treatment.

    Local and Sobol analysis follow the planned doses; the Morris screening follows a course on
    the ward, with its rules.

    Parameters
    ----------
    model : str
        Name of a shipped model.
    arm : Arm
        The treatment.
    plan : Plan, optional
        What is analyzed, and how finely.

    Other Parameters
    ----------------
    days : float
        For how long, in **days**.
    doubt : Path, optional
        File of how well typical values are known; that of the model if left out.
    threads : int, optional
        Threads to use. Results do not depend on it.
    progress : callable, optional
        Called with a line of text now and then.

    Raises
    ------
    InputError
        If the plan, a parameter or the file is wrong.
    """
    plan = plan or Plan()
    tell = progress or (lambda _line: None)
    recipe = shipped(model)
    table = cast("Sequence[CardRow]", prepare(recipe).parameter_table)
    compiled = prepare(recipe, vary=[row.name for row in table])
    doubts = tuple(
        found
        for found in read_doubt(doubt or shipped_doubt(model), table, strict=doubt is not None)
        if found.name != DEVIATE
    )
    fixed = as_planned(arm.protocol, compiled)
    seconds: dict[str, float] = {}

    def timed(kind: str, began: float) -> None:
        seconds[kind] = round(time.perf_counter() - began, 3)
        tell(f"{kind}: {seconds[kind]:.1f} s")

    one = many = rates = None
    held = None
    if "local" in plan.kinds or "morris" in plan.kinds:
        began = time.perf_counter()
        ends = {found.name: found.ends() for found in doubts}
        one = local(compiled, table, fixed, ends, days=days, threads=threads)
        timed("local", began)
    if "sobol" in plan.kinds:
        began = time.perf_counter()
        names, held = screen(compiled, table, fixed, days=days, most=plan.most, threads=threads)
        if plan.parameters:
            names, held = plan.parameters, None
        many = sobol(
            choose(between_patients(table), names),
            [out.name for out in readable(compiled)],
            lambda cohort: latent_of(compiled, cohort, fixed, days=days, threads=threads),
            base_samples=plan.base_samples, seed=plan.seed,
        )  # fmt: skip
        timed("sobol", began)
    if "morris" in plan.kinds and one is not None:
        began = time.perf_counter()
        spread = widest(one, doubts, plan.typical)
        points = plan.trajectories * (len(spread) + 1) + 1
        tell(f"morris: {points} populations of {plan.patients}")
        rates = morris(
            spread, RATES,
            lambda cards: _rates(
                compiled, table, arm, cards, plan=plan, days=days, threads=threads, tell=tell
            ),
            trajectories=plan.trajectories, seed=plan.seed,
        )  # fmt: skip
        timed("morris", began)
    return Sensitivity(
        compiled.name, compiled.version, compiled.model_hash, arm.name, arm.label, days, plan,
        doubts, one if "local" in plan.kinds else None, many, rates, held, seconds,
    )  # fmt: skip


def _rates(
    compiled: Compiled,
    table: Sequence[CardRow],
    arm: Arm,
    cards: Sequence[Mapping[str, float]],
    *,
    plan: Plan,
    days: float,
    threads: int | None,
    tell: Callable[[str], None],
) -> NDArray[np.float64]:
    """Return rates under several cards (cards, rates)."""
    found = np.full((len(cards), len(RATES)), np.nan)
    parts = populations(
        compiled, table, arm.protocol, cards,
        patients=plan.patients, seed=plan.seed, days=days, threads=threads,
    )  # fmt: skip
    for k, (_, _, table_of) in enumerate(parts):
        counts, total = counts_of(table_of)
        if total:
            found[k] = np.array(counts) / total
        if (k + 1) % 10 == 0:
            tell(f"morris: {k + 1} of {len(cards)} populations")
    return found


def widest(found: Local, doubts: Sequence[Doubt], most: int) -> dict[str, float]:
    """Return the parameters with the widest bars over all outcomes, with half their ranges.

    Widths are compared after each outcome is scaled to its widest bar.
    """
    width = found.width
    top = width.max(axis=0)
    score = (width / np.where(top > 0, top, 1.0)).max(axis=1)
    order = np.argsort(-score, kind="stable")[:most]
    sd = {doubt.name: 1.6448536269514722 * doubt.sd for doubt in doubts}
    return {found.rows[i].name: sd[found.rows[i].name] for i in order}
