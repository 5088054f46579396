# SPDX-License-Identifier: Apache-2.0
"""``trimer sample``."""

from __future__ import annotations

from pathlib import Path

from trimer.cli.output import say, say_json, say_notice


def sample_(
    *,
    model: str = "flotetuzumab-reference",
    n: int = 100,
    seed: int = 1,
    first: int = 0,
    out: Path | None = None,
    overwrite: bool = False,
    json: bool = False,
    quiet: bool = False,
) -> None:
    """Draw virtual patients from the spreads of a model's parameter card.

    A patient depends on seed and number alone: number 17 is the same in a cohort of 20 and in
    one of a million. Nobody is screened out.

    Parameters
    ----------
    model
        Name of a shipped model.
    n
        How many patients.
    seed
        Seed of the random draws.
    first
        Number of the first patient.
    out
        File to write: CSV if its name ends so, else Parquet.
    overwrite
        Replace the file if it is there.
    json
        Print JSON.
    quiet
        Print nothing where a file is written.
    """
    from trimer.core.errors import StoreError
    from trimer.patients import sample
    from trimer.simulate import prepare
    from trimer.trial.recipe import COHORTS, shipped

    if out is not None and out.exists() and not overwrite:
        raise StoreError(
            f"Cannot write '{out}': the file is there already. "
            "Choose another name, or replace it with --overwrite."
        )
    card = prepare(shipped(model)).parameter_table
    cohort = sample(card, n, seed, first, name="reference", description=COHORTS["reference"])
    if out is not None:
        from trimer.store import write_table

        write_table(out, cohort.columns())
    if json:
        columns = {name: column.tolist() for name, column in cohort.columns().items()}
        say_json({"model": model, "seed": seed, "patients": columns} if out is None else
                 {"model": model, "seed": seed, "file": str(out)})  # fmt: skip
    elif out is None or not quiet:
        say(repr(cohort))
        say(f"Written to '{out}'." if out else "Write them to a file with --out FILE.")
        say_notice()
