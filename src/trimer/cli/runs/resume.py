# SPDX-License-Identifier: Apache-2.0
"""``trimer runs resume``."""

from __future__ import annotations

from pathlib import Path

from trimer.cli.output import note
from trimer.core.shown import counted


def resume_(
    run: Path,
    /,
    *,
    threads: int | None = None,
    processes: int | None = None,
    cluster: str | None = None,
    json: bool = False,
    quiet: bool = False,
) -> int:
    """Go on with a run that was interrupted or killed: it ends as it would have ended.

    Parameters
    ----------
    run
        The run folder.
    threads
        Threads to use; all processors if left out.
    processes
        Processes that share the patients; chosen if left out.
    cluster
        Dask scheduler to do it on, such as tcp://HOST:8786; or local:4.
    json
        Print JSON.
    quiet
        Print no progress.
    """
    from trimer.cli.trial import progress_of, tell_trial
    from trimer.store import open_run
    from trimer.trial.redraw import study_of
    from trimer.trial.trial import resume_study

    stored = open_run(run)
    plan = study_of(stored)
    done = stored.patients_done
    note(f"{done:,} of {counted(plan.patients, 'patient')} are there ({stored.state}).")
    with progress_of(plan, quiet=quiet) as progress:
        stored = resume_study(
            plan, stored,
            threads=threads, processes=processes, cluster=cluster, progress=progress,
        )  # fmt: skip
    return tell_trial(plan, stored, json=json)
