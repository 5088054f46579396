# SPDX-License-Identifier: Apache-2.0
"""``trimer runs list``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trimer.cli.output import say, say_json, say_notice, table
from trimer.core.errors import StoreError

FOLDER = Path("runs")
"""Where `trimer trial` puts runs that were given no folder."""


def list_(folder: Path = FOLDER, /, *, json: bool = False) -> None:
    """List the run folders inside a folder, newest first.

    Parameters
    ----------
    folder
        Where to look; 'runs' if left out.
    json
        Print JSON.
    """
    if not folder.is_dir():
        raise StoreError(
            f"No folder '{folder}' to look for runs in. Give the folder that holds run folders, "
            "or run a study with `trimer trial`."
        )
    found = [_entry(path) for path in sorted(folder.iterdir()) if (path / "run.json").is_file()]
    found.sort(key=lambda entry: entry["created"], reverse=True)
    if json:
        say_json({"folder": str(folder), "runs": found})
        return
    if found:
        names = ("run", "created", "study", "patients", "arms", "status")
        say(table(names, [[str(entry[name]) for name in names] for entry in found], left=3))
    else:
        say(f"No run folder in '{folder}'.")
    say_notice()


def _entry(path: Path) -> dict[str, Any]:
    """What one line of the list says; a folder that cannot be read is listed as such."""
    from trimer.store import open_run

    try:
        stored = open_run(path)
        manifest, state = stored.manifest, stored.state.partition(",")[0]
        done = None if stored.is_complete else stored.patients_done
    except StoreError:
        manifest, state, done = {}, "cannot be read", None
    study = manifest.get("study")
    study = study if isinstance(study, dict) else {}
    return {
        "run": path.name,
        "created": str(manifest.get("created", ""))[:19].replace("T", " "),
        "study": study.get("name", "?"),
        "patients": study.get("patients", "?"),
        "arms": len(manifest.get("arms", [])),
        "status": state if done is None else f"{state}, {done:,} patients done",
    }
