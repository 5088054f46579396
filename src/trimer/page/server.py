# SPDX-License-Identifier: Apache-2.0
"""Start the server, and open a browser on it."""

from __future__ import annotations

import secrets
import socket
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING

from trimer.core.errors import InputError
from trimer.page.guard import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PORT = 8321


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    browser: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    folder : Path
        Where run folders lie and are written.
    host : str
        Address to listen on. Any but this machine's own needs a token, which is printed.
    port : int
        0 takes a free one.
    browser : bool
        Whether to open a browser.
    say : callable
        Prints a line.

    Raises
    ------
    InputError
        If the port is taken, or the address is none of this machine.
    """
    import uvicorn

    from trimer.page.app import make_app

    local = host in LOOPBACK
    token = "" if local else secrets.token_urlsafe(18)
    bound = _bound(host, port)
    number = bound.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{number}/"
    app = make_app(folder, hosts=LOOPBACK if local else (), token=token, warm=True)
    shown = address + (f"?token={token}" if token else "")
    say(f"Trimer's page: {shown}")
    say(f"Simulation, not medical advice. Runs are kept in '{folder}'. Stop it with Ctrl-C.")
    sys.stdout.flush()  # whoever reads through a pipe wants the address now
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    if browser:
        threading.Timer(0.6, webbrowser.open, [shown]).start()
    try:
        server.run(sockets=[bound])
    finally:
        bound.close()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except (OSError, OverflowError) as error:
        bound.close()
        raise InputError(
            f"Cannot listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}. "
            "Choose another with --port, or 0 for a free one."
        ) from None
    return bound
