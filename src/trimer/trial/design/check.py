# SPDX-License-Identifier: Apache-2.0
"""Whether the arms of a study can give what its endpoints ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.core.shown import counted
from trimer.trial.design.observe import FATE, MRD

if TYPE_CHECKING:
    from collections.abc import Collection

    from trimer.trial.study import Study


def endpoint_problems(
    study: Study, outputs: Collection[str], *, response_criteria: bool = True
) -> list[str]:
    """Return a sentence for each endpoint that an arm cannot give.

    Parameters
    ----------
    study : Study
        With its endpoints.
    outputs : collection of str
        Names of everything the model can put out.
    response_criteria : bool
        Whether responses may be judged in the patients of the cohort.
    """
    bare = [arm.name for arm in study.arms if not arm.protocol.is_closed_loop]
    problems, missing = [], 0
    for endpoint in study.endpoints:
        why = ""
        if endpoint.needs_ward and bare:
            why = (
                f"arm '{bare[0]}' is a fixed schedule, and only a ward sees it. Give the protocol "
                "a course, or leave the endpoint out."
            )
        elif endpoint.kind == "time" and not set(FATE) <= set(outputs):
            why = (
                f"model '{study.model}' does not tell who dies. Choose one that does, such as "
                "'flotetuzumab'."
            )
        elif endpoint.mrd_below is not None and MRD not in outputs:
            why = (
                f"model '{study.model}' does not tell of residual disease. Choose one that does, "
                "such as 'flotetuzumab'."
            )
        elif not response_criteria and (
            endpoint.response or endpoint.time_to in {"failure", "relapse", "response"}
        ):
            why = (
                f"no response is claimed of the patients of cohort '{study.cohort}'. Leave it out."
            )
        if why:
            missing += 1
            problems.append(f"No endpoint '{endpoint.name}' in study '{study.name}': {why}")
    if len(study.arms) > 1 and missing and missing == len(study.endpoints):
        problems.insert(
            0,
            f"Arms that share no endpoint in study '{study.name}': none of its "
            f"{counted(missing, 'endpoint')} is known in every arm. Add one that is, such as a "
            "response.",
        )
    return problems
