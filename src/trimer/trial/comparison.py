# SPDX-License-Identifier: Apache-2.0
"""Two runs beside each other: what was done otherwise, and what came out otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trimer.trial.summary import arm_summaries

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from trimer.store import StoredRun

SAME, MISSING = "the same, bit for bit", "-"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two runs.

    Parameters
    ----------
    settings : dict of str to (str, str)
        What was done otherwise: in one and in the other.
    outcomes : dict of str to dict of str to (str, str)
        Of each arm that either has, each line of the summary in one and in the other.
    bits : dict of str to str
        Of each arm that both have, whether the outcomes of the patients that both have are the
        same, bit for bit, or which columns are not.
    """

    settings: dict[str, tuple[str, str]]
    outcomes: dict[str, dict[str, tuple[str, str]]]
    bits: dict[str, str]


def compare_runs(one: StoredRun, other: StoredRun) -> Comparison:
    """Compare two runs of trials.

    Raises
    ------
    StoreError
        If one of them has no outcomes.
    """
    first, second = _settings(one.manifest), _settings(other.manifest)
    names = dict.fromkeys([*first, *second])
    pairs = {name: (first.get(name, MISSING), second.get(name, MISSING)) for name in names}
    left, right = arm_summaries(one), arm_summaries(other)
    outcomes = {
        arm: _beside(left.get(arm, {}), right.get(arm, {}))
        for arm in dict.fromkeys([*left, *right])
    }
    tables = one.read("outcomes"), other.read("outcomes")
    bits = {
        arm: _bits(*(table.filter(arm=arm) for table in tables)) for arm in left if arm in right
    }
    return Comparison({k: v for k, v in pairs.items() if v[0] != v[1]}, outcomes, bits)


def _settings(manifest: Mapping[str, Any]) -> dict[str, str]:
    study, model = manifest["study"], manifest["model"]
    hashes, solver = manifest["hashes"], manifest["solver"]
    return {
        "study": str(study["name"]),
        "cohort": str(study["cohort"]),
        "patients": f"{study['patients']:,}",
        "days": f"{study['days']:g}",
        "hours between outputs": f"{study['every_hours']:g}",
        "seed": str(manifest["seed"]),
        "model": f"{model['name']} {model['version']}",
        "equations": str(hashes["model"]),
        "parameter card": str(hashes["card"]),
        "solver": f"{solver['engine']}, rtol {solver['rtol']:g}",
        "Trimer": str(manifest["versions"]["trimer"]),
        **{f"protocol of '{arm}'": str(code) for arm, code in hashes["protocols"].items()},
    }


def _beside(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    rows = dict.fromkeys([*one, *other])
    return {row: (one.get(row, MISSING), other.get(row, MISSING)) for row in rows}


def _bits(one: pl.DataFrame, other: pl.DataFrame) -> str:
    columns = [name for name in one.columns if name in other.columns]
    ids = one.select("id").join(other.select("id"), on="id", how="inner").sort("id")
    if ids.is_empty():
        return "no patient in common"
    a, b = (frame.select(columns).join(ids, on="id").sort("id") for frame in (one, other))
    differing = [name for name in columns if not a[name].equals(b[name], null_equal=True)]
    differing += sorted({*one.columns} ^ {*other.columns})
    n = f"{ids.height:,} patients in common"
    return f"{n}: {SAME}" if not differing else f"{n}: differ in {', '.join(differing)}"
