# SPDX-License-Identifier: Apache-2.0
"""The page of a sensitivity analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.report.figures.morris import morris_bars
from trimer.report.figures.ranked import in_sentence
from trimer.report.figures.sobol import LABELS, sobol_bars
from trimer.report.figures.tornado import tornado
from trimer.report.numbers import count, listing, number, percent
from trimer.report.page import Page, Section, write_page
from trimer.report.tables import Table
from trimer.trial.sensitivity.tables import assumed_share

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.trial.sensitivity import Sensitivity


def write_sensitivity(found: Sensitivity, path: Path) -> Path:
    """Write the page of a sensitivity analysis.

    Parameters
    ----------
    found : Sensitivity
        What was found.
    path : Path
        File to write.

    Raises
    ------
    DiskError
        If the disk refuses.
    """
    return write_page(sensitivity_page(found), path)


def sensitivity_page(found: Sensitivity) -> Page:
    """Return the page of a sensitivity analysis."""
    origin = (
        f"Trimer, model {found.model} {found.version}, {found.arm}, {found.days:g} days, "
        f"seed {found.plan.seed}; simulation, not medical advice"
    )
    sections = []
    if found.sobol is not None:
        sections.append(_sobol(found, origin))
    if found.morris is not None:
        sections.append(_morris(found, origin))
    if found.local is not None:
        sections.append(_local(found, origin))
    return Page(
        kind="Trimer sensitivity analysis",
        title=f"What decides the outcome? {found.label}",
        state=origin,
        answer=_answer(found),
        sections=sections,
        methods=_methods(found),
    )


def _answer(found: Sensitivity) -> list[str]:
    lines = []
    if found.sobol is not None:
        shares = assumed_share(found.sobol)
        outcome = max(shares, key=lambda name: shares[name]["any_part"])
        lines.append(
            f"Up to {percent(shares[outcome]['any_part'])} of the variance between patients rests "
            f"on parameters that are assumed ({in_sentence(_label(outcome))})."
        )
        lines += [
            f"{_label(name)}: assumed parameters explain {percent(share['alone'])} of the variance "
            f"by themselves and have a part in {percent(share['any_part'])}."
            for name, share in shares.items()
        ]
    if found.morris is not None:
        for k, name in enumerate(found.morris.outcomes):
            i = int(np.argmax(found.morris.mean_absolute[:, k]))
            effect = 100 * float(found.morris.mean_absolute[i, k])
            lines.append(
                f"{name} ({percent(float(found.morris.base[k]))} at the card): moved most by "
                f"{found.morris.names[i]}, by {number(effect, 2)} points over what is known of it."
            )
    if found.local is not None and not lines:
        widest = [
            f"{in_sentence(out.label)} by {found.local.rows[found.local.order(k)[0]].name}"
            for k, out in enumerate(found.local.read_outs)
        ]
        lines.append(f"In the typical patient, moved most: {listing(widest)}.")
    return lines


def _label(outcome: str) -> str:
    return LABELS.get(outcome, outcome)


def _sobol(found: Sensitivity, origin: str) -> Section:
    result = found.sobol
    if result is None:
        raise AssertionError
    shares = assumed_share(result)
    rows = [
        (
            _label(name), percent(share["alone"]), percent(share["any_part"]),
            "–" if found.held is None else percent(float(found.held[k])),
        )
        for k, (name, share) in enumerate(shares.items())
    ]  # fmt: skip
    assumed = [factor.name for factor in result.factors if factor.basis == "assumed"]
    words = (
        "How much of the variance between virtual patients each parameter carries. The outcomes "
        "are latent: continuous numbers behind response, CRS and cytokines, under the planned "
        "doses, without a ward. Parameters are varied independently of each other. Assumed among "
        f"those varied: {', '.join(assumed) or 'none'}."
    )
    table = Table(
        "Share of the variance that rests on assumed parameters",
        ("Outcome", "By themselves", "Any part in it", "Effects that were varied"),
        rows,
    )
    return Section("sobol", "Between patients", words, [sobol_bars(result, origin)], [table])


def _morris(found: Sensitivity, origin: str) -> Section:
    if found.morris is None:
        raise AssertionError
    basis = {doubt.name: doubt.basis for doubt in found.doubts}
    words = (
        "How rates in a population depend on typical values of the card. Every population treats "
        "the same virtual patients with the same luck."
    )
    figure = morris_bars(found.morris, basis, found.plan.patients, origin)
    return Section("morris", "Typical values and rates", words, [figure])


def _local(found: Sensitivity, origin: str) -> Section:
    if found.local is None:
        raise AssertionError
    words = (
        "One parameter at a time, all others at the typical patient's, under the planned doses. "
        "The elasticity in the table is the percent by which the outcome changes for one percent "
        "of the parameter; of the CRS severity it is the change of the log odds."
    )
    return Section("local", "One at a time", words, [tornado(found.local, origin)])


def _methods(found: Sensitivity) -> list[str]:
    what = (
        f"Model {found.model} {found.version} ({found.model_hash}); {found.arm}; "
        f"{found.days:g} days; seed {found.plan.seed}."
    )
    lines = [what]
    if found.sobol is not None:
        used = ""
        if found.sobol.used < found.sobol.base_samples:
            used = f", of which {count(found.sobol.used)} could be followed whole"
        lines.append(
            f"Sobol: Saltelli's design with {count(found.sobol.base_samples)} base samples{used}, "
            f"{count(found.sobol.patients)} virtual patients, scrambled Sobol sequence; estimators "
            f"and bootstrap of SALib. {len(found.sobol.factors)} parameters: those with the "
            "largest effects when moved one at a time between their 16 and 84 % quantiles, or "
            "those that were named. Others are the typical patient's."
        )
    if found.morris is not None:
        lines.append(
            f"Morris: {found.morris.trajectories} trajectories on 4 levels, "
            f"{count(found.morris.points)} populations of {count(found.plan.patients)}, typical "
            "values lognormal from the 5 to the 95 % end of what is known of them, limits "
            "respected. A course is followed on the ward, with its rules."
        )
    if found.local is not None:
        lines.append(
            "One at a time: central differences of 5 % for elasticities, 5 and 95 % ends of what "
            "is known of a typical value for the bars."
        )
    lines.append(f"Took {', '.join(f'{k} {v:.1f} s' for k, v in found.seconds.items())}.")
    return lines
