# SPDX-License-Identifier: Apache-2.0
"""Put a validation into one page of HTML that needs nothing else, with its numbers beside."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from trimer.core.errors import DiskError, StoreError
from trimer.core.notice import NOTICE, SHORT_NOTICE
from trimer.report.numbers import counted, duration
from trimer.report.render import draw_plot, source_line, stylesheet
from trimer.report.tables import Table
from trimer.report.theme import style
from trimer.report.validation.forest import GROUPS, group_of, ratios, shares
from trimer.trial.targets.estimate import NO_INTERVAL
from trimer.trial.targets.tally import FIT_AIM, PREDICTED_AIM
from trimer.trial.targets.target import NO_SCALE
from trimer.trial.targets.validation import validation_record
from trimer.trial.targets.words import (
    interval_name,
    number_text,
    published_text,
    rule_text,
    simulated_text,
    with_unit,
)

if TYPE_CHECKING:
    from trimer.trial.targets.target import Target
    from trimer.trial.targets.validation import Validation

PAGE, NUMBERS = "validation.html", "validation.json"

_TEMPLATES = Path(__file__).parents[1] / "templates"

_MEANINGS = {
    "fit": "The card of the models is fitted to these.",
    "predicted": "Neither fitted nor used in the design: these tell what the models are worth.",
    "prior": "Shown, and counted nowhere: the published figure is too uncertain to judge by.",
    "shaping": "Their direction or size guided the design: never counted as predictions.",
    "by construction": "Inputs of the card, or identities: they hold by themselves.",
    "not applicable": "The models cannot speak to these; the reason is said.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its cells, lines of text each."""

    id: str
    observable: str
    facts: str
    note: str
    published: tuple[tuple[str, str, str], ...]
    simulated: tuple[tuple[str, str], ...]
    astct: tuple[str, ...]
    verdict: str
    rule: str
    why: str
    sources: tuple[str, ...]


def write_validation(validation: Validation, folder: Path, *, overwrite: bool = False) -> Path:
    """Write ``validation.html`` and ``validation.json`` into a folder, which is made if needed.

    Parameters
    ----------
    validation : Validation
        From `trimer.trial.targets.validation.validate`.
    folder : Path
        Where.
    overwrite : bool
        Whether files that are there may be replaced.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    StoreError
        If files of these names are there.
    DiskError
        If they cannot be written.
    """
    free_place(folder, overwrite=overwrite)
    record = {"notice": NOTICE, **validation_record(validation)}
    texts = {
        PAGE: render_validation(validation),
        NUMBERS: json.dumps(record, indent=1, ensure_ascii=False) + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            unfinished = folder / f".{name}.part"
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(folder / name)
    except OSError as error:
        raise DiskError(
            f"Cannot write the validation into '{folder}': {error.strerror or error}. Free some "
            "space or choose another place with --out."
        ) from error
    return folder / PAGE


def free_place(folder: Path, *, overwrite: bool = False) -> None:
    """Make sure that nothing is in the way, before anything is simulated.

    Raises
    ------
    StoreError
        If something is.
    """
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"Cannot write into '{folder}': it is a file. Name a folder.")
    taken = [name for name in (PAGE, NUMBERS) if (folder / name).exists()]
    if taken and not overwrite:
        raise StoreError(
            f"Cannot write '{folder / taken[0]}': the file is there already. Choose another "
            "folder, or replace it with --overwrite."
        )


def render_validation(validation: Validation) -> str:
    """Return the page of a validation."""
    from trimer import __version__

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    with style():
        plots = [plot for plot in (shares(validation), ratios(validation)) if plot is not None]
        figures = [draw_plot(plot, k + 1) for k, plot in enumerate(plots)]
    own = (_TEMPLATES / "validation.css").read_text(encoding="utf-8")
    groups = [(*group, _MEANINGS[group[0]]) for group in _groups()]
    lines = {name: _lines(validation, name) for name, _, _ in groups}
    cited = {key for row in validation.targets.rows for key in row.sources}
    return environment.get_template("validation.html.jinja").render(
        css=Markup(f"{stylesheet()}\n{own}"),  # noqa: S704 (our own files)
        version=__version__,
        notice=NOTICE,
        short_notice=SHORT_NOTICE,
        state=_state(validation),
        warning=_warning(validation),
        answers=answers(validation),
        misses=[
            (row.id, row.observable, group_of(row), validation.miss(row.id))
            for row in validation.targets.rows
            if row.is_counted and validation.verdict(row.id) == "missed"
        ],
        figures=figures,
        groups=[group for group in groups if lines[group[0]]],
        lines=lines,
        scenarios=_scenarios(validation),
        pools=[
            pool
            for name, pool in validation.targets.pools.items()
            if any(name in row.places for row in validation.targets.rows)
        ],
        sources=[
            source_line({name: str(value) for name, value in asdict(source).items()})
            for key, source in validation.targets.sources.items()
            if key in cited
        ],
        source_keys=cited,
    )


def answers(validation: Validation) -> list[str]:
    """Return what came out, in sentences: fitted rows and predictions apart."""
    counts = validation.tally
    fit, predicted = counts["fit"], counts["predicted"]
    said = []
    if fit.judged:
        said.append(f"Fitted: {fit} rows are met (the aim is at least {FIT_AIM} of 19).")
    if predicted.judged:
        reached = 100 * predicted.met / predicted.judged
        said.append(
            f"Predicted, in numbers or order: {predicted} rows are met, {reached:.0f} % (the aim "
            f"is at least {100 * PREDICTED_AIM:.0f} %)."
        )
    others = [
        f"{found} {name}"
        for name, found in (
            ("shaping", counts["shaping"]),
            ("by construction", counts["by construction"]),
            ("shown only", counts["prior"]),
        )
        if found.judged
    ]
    if others:
        said.append(f"Counted in neither: met are {', '.join(others)}.")
    silent = sum(found.not_judged for found in counts.values())
    if silent:
        said.append(
            f"{counted(silent, 'row')} cannot be judged by these models; the report says why."
        )
    return said


def _groups() -> list[tuple[str, str]]:
    return [*GROUPS, ("not applicable", "Not applicable")]


def _lines(validation: Validation, group: str) -> list[Line]:
    return [_line(validation, row) for row in validation.targets.rows if group_of(row) == group]


def _line(validation: Validation, row: Target) -> Line:
    found = validation.simulated[row.id]
    facts = [f"n {row.n}" if row.n[0].isdigit() else f"observed: {row.n}"]
    if row.scale != NO_SCALE:
        facts.append(f"graded by {row.scale}")
    facts += [] if row.read == "found" else [row.read]
    published = tuple(
        (part.label, published_text(row, part), interval_name(part)) for part in row.parts
    )
    parts = list(zip(row.parts, found.parts, strict=False))
    beside = zip(row.parts, found.astct, strict=False)
    return Line(
        id=row.id,
        observable=row.observable,
        facts=", ".join(facts),
        note=row.note,
        published=published,
        simulated=tuple(
            (simulated_text(one, part.unit), "" if one.interval == NO_INTERVAL else one.interval)
            for part, one in parts
        ),
        astct=tuple(with_unit(number_text(one.value), part.unit) for part, one in beside),
        verdict=validation.verdict(row.id),
        rule=rule_text(row),
        why=found.reason or validation.miss(row.id),
        sources=row.sources,
    )


def _state(validation: Validation) -> str:
    models = {done.model: done.model_version for done in validation.simulations}
    told = ", ".join(f"{name} {version}" for name, version in models.items())
    patients = counted(validation.patients, "virtual patient")
    scenarios = counted(len(validation.simulations), "scenario")
    return (
        f"{patients} in each of {scenarios}, seed {validation.seed}, in "
        f"{duration(validation.wall_seconds)}. Models: {told or 'none'}."
    )


def _warning(validation: Validation) -> str:
    failed = sum(done.failed for done in validation.simulations)
    said = []
    if validation.stand_in:
        said.append(
            f"Cohorts that do not exist were replaced by '{validation.stand_in}', as was asked "
            "for: what depends on them is not what the rows mean."
        )
    if failed:
        said.append(
            f"{counted(failed, 'simulation')} did not reach the end and are left out everywhere."
        )
    return " ".join(said)


def _scenarios(validation: Validation) -> Table:
    return Table(
        "What was simulated",
        ("Scenario", "Is", "Model", "Cohort", "Protocol", "Rules", "Days", "Patients"),
        [
            (
                done.name,
                f"{done.title}. {done.note}".strip(),
                done.model,
                done.cohort,
                done.protocol,
                done.policy,
                f"{done.days:g}",
                f"{done.patients - done.failed}",
            )
            for done in validation.simulations
        ],
        frozenset(range(6)),
    )
