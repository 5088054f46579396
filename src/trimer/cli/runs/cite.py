# SPDX-License-Identifier: Apache-2.0
"""``trimer runs cite``."""

from __future__ import annotations

from pathlib import Path

from trimer.cli.output import say, say_json


def cite_(run: Path, /, *, bibtex: bool = False, json: bool = False) -> None:
    """Print how to cite a run, with everything that its numbers depend on.

    Parameters
    ----------
    run
        The run folder.
    bibtex
        As an entry of BibTeX.
    json
        Print JSON.
    """
    from trimer.store import open_run
    from trimer.trial import citation

    stored = open_run(run)
    if json:
        say_json({"text": citation.citation(stored), "bibtex": citation.bibtex(stored)})
        return
    say(citation.bibtex(stored) if bibtex else citation.citation(stored))
