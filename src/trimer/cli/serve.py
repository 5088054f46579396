# SPDX-License-Identifier: Apache-2.0
"""``trimer serve``."""

from __future__ import annotations

from pathlib import Path

from trimer.cli.output import say


def serve_(
    *,
    host: str = "127.0.0.1",
    port: int = 8321,
    no_open: bool = False,
    runs: Path = Path("runs"),
) -> None:
    """Open a local page: see the mechanism, treat one patient, run a trial, compare.

    It is for this machine alone unless --host says otherwise; then it asks for a token.

    Parameters
    ----------
    host
        Address to listen on.
    port
        Port; 0 takes a free one.
    no_open
        Open no browser.
    runs
        Folder in which runs lie and are written.
    """
    from trimer.page.server import serve

    serve(runs, host=host, port=port, browser=not no_open, say=say)
