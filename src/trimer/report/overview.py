# SPDX-License-Identifier: Apache-2.0
"""One picture of a simulation: a virtual patient's course, or a cohort's median and bands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trimer import __version__
from trimer.core.errors import DiskError, InputError
from trimer.core.notice import SHORT_NOTICE
from trimer.report.course import course_of
from trimer.report.data import QUANTILES, Course
from trimer.report.figures.profile import Panel, View, draw_bands, time_axis, value_axis
from trimer.report.figures.timeline import draw_timeline
from trimer.report.numbers import count, unit_text
from trimer.report.sheet import Frame, Sheet, caption, caption_height, heading, panels, strip
from trimer.report.theme import arm_style, color, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from trimer.simulate import Run

FORMATS = (".png", ".svg", ".pdf")
FEW = 20
"""Up to so many virtual patients each course is drawn as a thin line as well."""

_SHEET = Sheet("overview", 720.0, 3)
_TIMELINE = Sheet("timeline", 720.0, 1)
_HEIGHT = 140.0
_MOST_PANELS = 12
_VIEWS = {
    "concentration": View("concentration", "", ()),
    "trimers_per_blast": View("trimers_per_blast", "", ()),
    "blasts": View("blasts", "", (), top=100.0),
    "T_cells": View("T_cells", "", ()),
    "IL6": View("IL6", "", ()),
    "temperature": View("temperature", "", (), bottom=None),
}
_LOGARITHMIC = frozenset({"IL6", "LSC_cells"})


def plot_run(run: Run, path: Path) -> Path:
    """Draw a simulation as one picture; see `trimer.report.plot_run`."""
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        message = (
            f"Unknown kind of picture '{path.name}': got '{path.suffix}'; it may end in "
            f"{', '.join(FORMATS)}. Change the name."
        )
        raise InputError(message)
    metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
    with style():
        figure = draw_run(run)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(path, dpi=144, metadata=metadata)
        except OSError as error:
            message = f"Cannot write the picture '{path}': {error.strerror or error}."
            raise DiskError(message) from error
    return path


def draw_run(run: Run) -> Figure:
    """Draw a simulation; call it inside `trimer.report.theme.style`.

    One virtual patient on a ward is drawn as a timeline.

    Raises
    ------
    InputError
        If the run recorded nothing.
    """
    if run.ward is not None and len(run.ids) == 1:
        return draw_timeline(course_of(run), _TIMELINE, titled=True)
    names = [name for name in _VIEWS if name in run.names] or list(run.names[:_MOST_PANELS])
    if not names:
        message = "Nothing to draw: the run recorded no output. Ask for at least one observable."
        raise InputError(message)
    origin = _origin(run)
    frame = Frame(left=46.0, head=38.0, foot=caption_height(_SHEET, origin))
    figure, axes = panels(_SHEET, len(names), _HEIGHT, frame)
    heading(figure, 0, _title(run), weight="bold")
    heading(figure, 1, _note(run))
    caption(figure, origin)
    for name, ax in zip(names, axes, strict=True):
        unit = unit_text(run.units.get(name, ""))
        label = run.labels.get(name) or name
        scale = ", logarithmic" if name in _LOGARITHMIC else ""
        strip(ax, f"{label}, {unit}{scale}" if unit else f"{label}{scale}")
        panel = Panel(name, float(run.times[-1]), log=name in _LOGARITHMIC)
        course = _course(run, name)
        lines = run.column(name) if len(run.ids) <= FEW else np.empty((0, run.times.size))
        if len(run.ids) > 1:
            for line in lines:
                ax.plot(run.times, line, color=color("a-fill"), alpha=0.45, linewidth=0.7)
        draw_bands(ax, [course], [arm_style(0)], bands=len(run.ids) > FEW)
        time_axis(ax, panel.until, narrow=True)
        value_axis(ax, [course], _VIEWS.get(name, View(name, "", (), bottom=None)), panel)
    return figure


def _course(run: Run, name: str) -> Course:
    """Quantiles over the patients who did not fail; a patient alone is drawn as far as he got."""
    values = run.column(name)
    whole = values[run.status == 0] if np.any(run.status == 0) else values
    known = ~np.all(np.isnan(whole), axis=0)
    if not known.any():
        flat = np.zeros((len(QUANTILES), run.times.size))
        return Course(run.times, flat, np.zeros(run.times.size, dtype=np.int64))
    bands: NDArray[np.float64] = np.nanquantile(whole[:, known], QUANTILES, axis=0)
    if 1 < len(run.ids) <= FEW:
        # Axes must hold every thin line, not only the quantiles.
        bands[0], bands[-1] = np.nanmin(values[:, known], 0), np.nanmax(values[:, known], 0)
    return Course(run.times[known], bands, np.sum(~np.isnan(whole[:, known]), axis=0))


def _title(run: Run) -> str:
    who = (
        f"Virtual patient {run.ids[0]}"
        if len(run.ids) == 1
        else f"{count(len(run.ids))} virtual patients"
    )
    return f"{who} on {run.protocol.title or run.protocol.name}"


def _note(run: Run) -> str:
    failed = len(run.failures)
    stopped = f"; {count(failed)} could not be followed to the end" if failed else ""
    if len(run.ids) == 1:
        return f"{run.cohort.description or run.cohort.name}{stopped}"
    if len(run.ids) <= FEW:
        return f"Thin lines: each virtual patient; thick line: median{stopped}"
    return f"Line: median; dark band 25–75 %, pale band 5–95 %{stopped}"


def _origin(run: Run) -> str:
    seed = "" if run.cohort.seed is None else f"seed {run.cohort.seed} · "
    return (
        f"Model {run.model} {run.model_version} · cohort {run.cohort.name} · "
        f"{seed}Trimer {__version__} · DRAFT · {SHORT_NOTICE}"
    )
