# SPDX-License-Identifier: Apache-2.0
"""``trimer runs rm``."""

from __future__ import annotations

from pathlib import Path

from trimer.cli.output import say
from trimer.core.errors import InputError
from trimer.core.shown import counted


def rm_(*runs: Path, dry_run: bool = False) -> None:
    """Remove run folders: what a run wrote, and nothing else that lies there.

    Parameters
    ----------
    runs
        The run folders.
    dry_run
        Say what would be removed, and remove nothing.
    """
    from trimer.store import open_run, remove_folder

    if not runs:
        raise InputError("No run to remove: give one run folder or several.")
    for run in runs:  # all of them are looked at before the first is removed
        open_run(run)
    for run in runs:
        removed, kept = remove_folder(run, dry_run=dry_run)
        would = "Would remove" if dry_run else "Removed"
        verb = "stays" if len(kept) == 1 else "stay"
        stays = f"; {counted(len(kept), 'other file')} {verb} in it" if kept else ""
        say(f"{would} run '{run}': {removed:,} bytes{stays}.")
