# SPDX-License-Identifier: Apache-2.0
"""``trimer weigh``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.cli.output import number, say, say_json, say_notice, table
from trimer.core.errors import StoreError
from trimer.core.shown import counted

if TYPE_CHECKING:
    from trimer.trial.calibration.population import Population


def weigh_(  # noqa: PLR0913 (options of a command)
    protocol: str,
    marginals: Path,
    /,
    *,
    plausible: Path | None = None,
    model: str | None = None,
    candidates: int = 2000,
    patients: int = 1000,
    seed: int = 1,
    days: float = 28.0,
    least_effective: float = 50.0,
    out: Path | None = None,
    overwrite: bool = False,
    threads: int | None = None,
    json: bool = False,
    quiet: bool = False,
) -> None:
    """Weigh plausible virtual patients to published figures and draw a cohort of them.

    Candidates are drawn from the parameter card, those that are not plausible left out, all
    others treated, and weighted so that the published figures come out. The cohort drawn from
    them is unweighted: a trial can take it as it is.

    Parameters
    ----------
    protocol
        Under which the figures were published: a shipped protocol or a file.
    marginals
        CSV file of the figures: name, statistic, value, error, source, reason.
    plausible
        CSV file of what is plausible: name, low, high, unit, reason.
    model
        Name of a shipped model; the first that knows the protocol's drugs if left out.
    candidates
        How many patients are drawn from the card.
    patients
        Size of the cohort.
    seed
        Of the draws.
    days
        For how long patients are followed.
    least_effective
        A smaller effective sample size is refused.
    out
        File to write the cohort to: CSV if its name ends so, else Parquet.
    overwrite
        Replace the file if it is there.
    threads
        Threads to use; all processors if left out. Results do not depend on it.
    json
        Print JSON.
    quiet
        Print nothing where a file is written.
    """
    from trimer.patients import sample
    from trimer.simulate import prepare
    from trimer.trial.calibration.marginals import read_marginals
    from trimer.trial.calibration.plausible import read_ranges
    from trimer.trial.calibration.population import virtual_population
    from trimer.trial.recipe import COHORTS, shipped
    from trimer.trial.treatments import find_treatment

    if out is not None and out.exists() and not overwrite:
        raise StoreError(
            f"Cannot write '{out}': the file is there already. "
            "Choose another name, or replace it with --overwrite."
        )
    figures = read_marginals(marginals)
    ranges = read_ranges(plausible) if plausible is not None else ()
    plan = find_treatment(protocol, model=model, days=days)
    compiled = prepare(shipped(plan.model))
    drawn = sample(
        compiled.parameter_table, candidates, seed,
        name="reference", description=COHORTS["reference"],
    )  # fmt: skip
    population = virtual_population(
        compiled, drawn, plan.arms[0].protocol, figures,
        ranges=ranges, n=patients, days=plan.days, seed=seed, least_effective=least_effective,
        threads=threads,
    )  # fmt: skip
    if out is not None:
        from trimer.store import write_table

        write_table(out, population.resampled.cohort.columns())
    if json:
        say_json({"seed": seed, "file": None if out is None else str(out), **_record(population)})
    elif out is None or not quiet:
        say(_text(population))
        say(f"Written to '{out}'." if out else "Write the cohort to a file with --out FILE.")
        say_notice()


def _record(population: Population) -> dict[str, Any]:
    weights = population.weights
    return {
        "candidates": population.candidates,
        "accepted": len(population.accepted),
        "rejected": dict(population.rejected),
        "effective_sample_size": weights.effective,
        "cohort": len(population.resampled.cohort),
        "distinct": population.resampled.distinct,
        "figures": [
            {"name": name, "published": target, "drawn": plain, "weighted": weighted}
            for name, target, plain, weighted in zip(
                weights.names, weights.target.tolist(), weights.unweighted.tolist(),
                weights.weighted.tolist(), strict=True,
            )
        ],
    }  # fmt: skip


def _text(population: Population) -> str:
    record = _record(population)
    rows = [
        [row["name"], *(number(row[key]) for key in ("published", "drawn", "weighted"))]
        for row in record["figures"]
    ]
    out = "\n".join(
        f"  {count:,} outside {limits}" for limits, count in population.rejected.items() if count
    )
    return "\n".join(
        [
            f"{counted(population.candidates, 'candidate')}, {record['accepted']:,} accepted"
            + (f"\n{out}" if out else ""),
            "",
            table(["figure", "published", "as drawn", "weighted"], rows),
            "",
            (
                f"Effective sample size {record['effective_sample_size']:.0f}. Cohort of "
                f"{record['cohort']:,}, {record['distinct']:,} of them different."
            ),
        ]
    )
