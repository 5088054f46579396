# SPDX-License-Identifier: Apache-2.0
"""``trimer sample``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from trimer.cli.cohort_card import cohort_json, cohort_text
from trimer.cli.output import say, say_json, say_notice


def sample_(
    *,
    cohort: str = "reference",
    model: str = "flotetuzumab-reference",
    n: Annotated[int, Parameter(name=("--n", "-n"))] = 100,
    seed: int = 1,
    first: int = 0,
    out: Path | None = None,
    overwrite: bool = False,
    json: bool = False,
    quiet: bool = False,
) -> None:
    """Draw virtual patients: from a model's parameter card, or of a cohort.

    A patient depends on seed and number alone: number 17 is the same in a cohort of 20 and in
    one of a million. Of a cohort, candidates are screened, and who is kept keeps the number.

    Parameters
    ----------
    cohort
        reference: the card alone, nobody screened out; else the name of a shipped cohort, or a
        TOML file.
    model
        Name of a shipped model, with options behind a colon: flotetuzumab:endothelium=off.
    n
        How many patients.
    seed
        Seed of the random draws.
    first
        Number of the first patient, of a cohort that of the first candidate.
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
    from trimer.simulate import prepare
    from trimer.trial.cohorts import find_cohort
    from trimer.trial.recipe import shipped

    if out is not None and out.exists() and not overwrite:
        raise StoreError(
            f"Cannot write '{out}': the file is there already. "
            "Choose another name, or replace it with --overwrite."
        )
    source = find_cohort(cohort)
    patients = source.patients(prepare(shipped(model)), seed, first)
    drawn = patients.take(n)
    if out is not None:
        from trimer.store import write_table

        write_table(out, drawn.columns())
    about: dict[str, Any] = {"model": model, "seed": seed}
    if source.definition is not None and patients.tally is not None:
        about["cohort"] = cohort_json(drawn, source.definition, patients.tally)
    if json:
        columns = {name: column.tolist() for name, column in drawn.columns().items()}
        say_json(about | ({"patients": columns} if out is None else {"file": str(out)}))
    elif out is None or not quiet:
        if source.definition is None or patients.tally is None:
            say(repr(drawn))
        else:
            say(cohort_text(drawn, source.definition, patients.tally, patients.units))
        say(f"Written to '{out}'." if out else "Write them to a file with --out FILE.")
        say_notice()
