# SPDX-License-Identifier: Apache-2.0
"""Plots of cost against size, for bench/results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RESULTS = Path(__file__).parent / "results"


def save(
    name: str, x_label: str, x: Sequence[float], panels: Mapping[str, Sequence[float]]
) -> None:
    """Draw one panel per quantity, log-log, beside each other, into bench/results."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(panels), figsize=(4 * len(panels), 3.2), squeeze=False)
    for axis, (label, y) in zip(axes[0], panels.items(), strict=True):
        axis.loglog(x, y, "o-", color="#20639b")
        axis.set(xlabel=x_label, title=label, ylim=(min(y) / 2, max(y) * 2))
        axis.grid(visible=True, which="both", alpha=0.3)
    figure.tight_layout()
    RESULTS.mkdir(exist_ok=True)
    figure.savefig(RESULTS / f"{name}.png", dpi=120)
    plt.close(figure)
