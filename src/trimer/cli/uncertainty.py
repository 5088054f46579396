# SPDX-License-Identifier: Apache-2.0
"""``trimer uncertainty``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from trimer.cli.output import say, say_json, say_notice, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.engine.compiled import CardRow
    from trimer.trial.uncertainty import Uncertainty


def uncertainty_(  # noqa: PLR0913 (options of a command)
    treatment: str,
    /,
    *,
    model: str | None = None,
    draws: int = 40,
    patients: int = 250,
    days: float | None = None,
    seed: int = 1,
    observable: list[str] | None = None,
    doubt: Path | None = None,
    calibration: Path | None = None,
    out: Path = Path("uncertainty"),
    threads: int | None = None,
    json: bool = False,
    quiet: bool = False,
) -> None:
    """Show two layers of uncertainty: between patients, and about the parameters.

    The same virtual patients are followed under the parameter card, and under cards drawn from
    what is known of the typical values. Writes tables, a record and a page.

    Parameters
    ----------
    treatment
        A study (every arm), a protocol, or a file of either.
    model
        Name of a shipped model; that of the study, or the first that knows the drug.
    draws
        How many cards are drawn.
    patients
        Virtual patients under each card.
    days
        For how long they are followed; that of the study, or 28.
    seed
        Of cards, patients and the ward.
    observable
        What is looked at over time; may be given several times.
    doubt
        CSV file of how well typical values are known: name, basis, cv, low, high, reason.
    calibration
        Record of a calibration, whose covariance is used; that of the model if there is one.
    out
        Folder for the result.
    threads
        Threads to use; all processors if left out. Results do not depend on it.
    json
        Print JSON.
    quiet
        Print no progress.
    """
    from trimer import library
    from trimer.simulate import prepare
    from trimer.simulate.follow import choose_outputs
    from trimer.store import write_table
    from trimer.store.disk import write_text
    from trimer.trial.calibration.record import read_record
    from trimer.trial.calibration.shipped import RECORD
    from trimer.trial.progress import Progress
    from trimer.trial.recipe import shipped
    from trimer.trial.treatments import find_treatment
    from trimer.trial.uncertainty import draw_cards, read_doubt, uncertainty
    from trimer.trial.uncertainty.doubt import shipped_doubt
    from trimer.trial.uncertainty.draws import last_spreads
    from trimer.trial.uncertainty.tables import band_table, draw_table, rate_table, record_of

    study = find_treatment(treatment, model=model, days=days)
    rows = cast("Sequence[CardRow]", prepare(shipped(study.model)).parameter_table)
    doubts = read_doubt(doubt or shipped_doubt(study.model), rows, strict=doubt is not None)
    own = library.folder(study.model) / RECORD
    record_file = calibration if calibration is not None else own if own.is_file() else None
    spreads = () if record_file is None else last_spreads(read_record(record_file))
    cards = draw_cards(doubts, draws, seed, fitted=spreads)
    compiled = prepare(shipped(study.model), vary=[row.name for row in rows])
    if observable:
        choose_outputs(compiled, observable)
    total = (draws + 1) * patients
    progress = Progress(total * len(study.arms), quiet=quiet)
    found = []
    try:
        for k, arm in enumerate(study.arms):
            found.append(
                uncertainty(
                    compiled, rows, arm, cards,
                    days=study.days, patients=patients, seed=seed, observables=observable,
                    threads=threads,
                    progress=lambda done, k=k: progress.update(k * total + done),  # type: ignore[misc]
                )
            )  # fmt: skip
    finally:
        progress.close()
    named = {doubt.name for doubt in doubts}
    about = {
        "title": study.title or study.name, "model": compiled.name, "version": compiled.version,
        "model_hash": compiled.model_hash, "days": study.days, "seed": seed, "draws": draws,
        "patients": patients,
        "fitted": sorted({name for part in spreads for name in part.names if name in named}),
    }  # fmt: skip
    record = record_of(found, doubts, about)
    write_table(out / "bands.csv", band_table(found))
    write_table(out / "rates.csv", rate_table(found))
    write_table(out / "draws.csv", draw_table(cards, doubts, found))
    from json import dumps

    write_text(out / "uncertainty.json", dumps(record, indent=1, ensure_ascii=False) + "\n")
    from trimer.report.uncertainty import write_uncertainty

    page = write_uncertainty(found, doubts, about, out / "uncertainty.html")
    if json:
        say_json({**record, "folder": str(out)})
        return
    for one in found:
        say(_text(one))
    say(f"Tables and record: {out}")
    say(f"Page: {page}")
    say_notice()


def _text(arm: Uncertainty) -> str:
    drawn = arm.rate_quantiles()
    rows = [
        [
            name, f"{100 * card.share:.1f} %",
            f"{100 * card.low:.1f} to {100 * card.high:.1f} %",
            f"{100 * drawn[0, k]:.1f} to {100 * drawn[4, k]:.1f} %",
        ]
        for k, (name, card) in enumerate(zip(arm.names, arm.at_card, strict=True))
    ]  # fmt: skip
    head = ["rate", "under the card", "between patients", "about the parameters"]
    return f"{arm.label}\n{table(head, rows)}\n"
