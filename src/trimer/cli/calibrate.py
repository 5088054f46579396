# SPDX-License-Identifier: Apache-2.0
"""``trimer calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trimer.cli.output import note, number, say, say_json, say_notice, table
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from trimer.trial.calibration.calibrate import Calibration
    from trimer.trial.calibration.objective import Row
    from trimer.trial.calibration.record import Checked

DIFFERENT = 1
"""Exit code where a check finds other numbers than the record's."""


def calibrate_(  # noqa: PLR0913 (options of a command)
    *,
    fit: Path | None = None,
    blocks: Path | None = None,
    block: list[str] | None = None,
    state: Path | None = None,
    out: Path = Path("calibration"),
    write: list[Path] | None = None,
    check: bool = False,
    record: Path | None = None,
    patients: int = 500,
    seed: int = 1,
    rounds: int = 2,
    generations: int = 40,
    population: int | None = None,
    fresh_seeds: int = 2,
    threads: int | None = None,
    json: bool = False,
    quiet: bool = False,
) -> int:
    """Fit the shipped model to published figures, or check the fit that is shipped.

    Parameters of a block are searched together by CMA-ES, between bounds, on a logarithmic scale.
    The result is a table of changed values and a record; no card is changed unless asked for.

    Parameters
    ----------
    fit
        CSV file of what is fitted: name, low, high, block, reason. That of the model if left out.
    blocks
        CSV file of what blocks are scored on: block, targets, reason.
    block
        Fit only this block; may be given several times.
    state
        Folder where every evaluation is kept; OUT/state if left out. A calibration that was
        stopped goes on from there and ends the same.
    out
        Folder for the result.
    write
        Put the values into this card file too; may be given several times, since a model may
        have several cards.
    check
        Fit nothing: evaluate the shipped card and hold it against the record.
    record
        Record to check against; that of the model if left out.
    patients
        Virtual patients in each arm of an evaluation.
    seed
        Of the draws and of the search.
    rounds
        How often the blocks are gone through.
    generations
        Of each block in each round, at most.
    population
        Evaluations in a generation.
    fresh_seeds
        On how many seeds that the fit never saw the result is evaluated.
    threads
        Threads to use; all processors if left out. Results do not depend on it.
    json
        Print JSON.
    quiet
        Print no progress.
    """
    from trimer.trial.calibration import shipped
    from trimer.trial.calibration.calibrate import Settings, calibrate
    from trimer.trial.calibration.fit_file import choose_blocks, read_fit
    from trimer.trial.calibration.patch import changes, write_into_cards, write_patch
    from trimer.trial.calibration.record import record_of, write_record

    home = shipped.shipped_folder()
    if check:
        return _check(record or home / shipped.RECORD, threads=threads, json=json)
    settings = Settings(patients, seed, rounds, generations, population, fresh_seeds)
    fit = _fit_file(fit, home / shipped.FIT)
    if blocks is None and fit.with_name(shipped.BLOCKS).is_file():
        blocks = fit.with_name(shipped.BLOCKS)
    card = shipped.card()
    chosen = choose_blocks(read_fit(fit, card, blocks=blocks), block or [])
    objective, identity = shipped.shipped_objective(threads=threads), shipped.identity()
    found = calibrate(
        objective, chosen, settings,
        state=state or out / "state", identity=identity,
        progress=None if quiet else note,
    )  # fmt: skip
    changed = changes(found, card)
    write_patch(out / "card-patch.csv", changed)
    kept = record_of(found, identity)
    write_record(out / shipped.RECORD, kept)
    counts = write_into_cards(write, changed) if write else {}
    if json:
        say_json(kept)
    else:
        say(_text(found))
        say(f"Changed values: {out / 'card-patch.csv'}")
        say(f"Record: {out / shipped.RECORD}")
        for path, count in counts.items():
            say(f"Card '{path}': {count} values written.")
        say_notice()
    return 0


def _fit_file(given: Path | None, own: Path) -> Path:
    if given is None and not own.is_file():
        raise InputError(
            "Nothing says what is fitted: the shipped model has no fit file. Name one with --fit."
        )
    return own if given is None else given


def _check(path: Path, *, threads: int | None, json: bool) -> int:
    """Evaluate the shipped card again and hold it against the record."""
    from trimer.trial.calibration import shipped
    from trimer.trial.calibration.record import check, read_record

    stored = read_record(path)
    checked = check(shipped.shipped_objective(threads=threads), shipped.card(), stored)
    if json:
        say_json(
            {
                "same": checked.is_same,
                "moved": list(checked.moved),
                "stored": checked.stored.to_json(),
                "now": checked.now.to_json(),
            }
        )
    else:
        say(_check_text(checked))
        say_notice()
    return 0 if checked.is_same else DIFFERENT


def _check_text(checked: Checked) -> str:
    rows = [
        [name, _simulated(stored), _simulated(now), _score(stored), _score(now)]
        for name, stored, now in checked.rows()
    ]
    head = ["target", "stored", "now", "score", "score now"]
    loss = (
        f"Loss: {checked.stored.loss:.6f} stored, {checked.now.loss:.6f} now "
        f"({checked.patients:,} patients an arm, seed {checked.seed})."
    )
    verdict = (
        "The card gives what the record says."
        if checked.is_same
        else "The card does not give what the record says."
    )
    lines = [
        table(head, rows),
        "",
        loss,
        *checked.moved,
        verdict,
    ]
    return "\n".join(lines)


def _text(found: Calibration) -> str:
    before, after = found.before.loss, found.after.loss
    values = [
        [name, number(found.start[name], 6), number(value, 6)]
        for name, value in found.values.items()
    ]
    rows = [
        [name, _simulated(found.before.rows.get(name)), _simulated(row), _score(row)]
        for name, row in found.after.rows.items()
    ]
    fresh = ", ".join(f"{evaluation.loss:.4f} (seed {seed})" for seed, evaluation in found.fresh)
    return "\n".join(
        [
            table(["parameter", "card", "fitted"], values),
            "",
            table(["target", "before", "after", "score"], rows),
            "",
            f"Loss: {before:.4f} before, {after:.4f} after"
            + (f"; on seeds the fit never saw: {fresh}." if fresh else "."),
        ]
    )


def _simulated(row: Row | None) -> str:
    if row is None:
        return "-"
    parts = (row.simulated,) if isinstance(row.simulated, float) else row.simulated
    return " / ".join(number(part) for part in parts)


def _score(row: Row | None) -> str:
    return "-" if row is None else f"{row.score:.3f}"
