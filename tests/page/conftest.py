# SPDX-License-Identifier: Apache-2.0
"""A server of the page in a process of its own, and a browser to look at it with."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


def pytest_collection_modifyitems(config, items):
    """Without Chromium the browser tests are left out, and that is said; CI may not."""
    browser = [item for item in items if item.get_closest_marker("browser")]
    if CHROMIUM or not browser:
        return
    if os.environ.get("TRIMER_NEED_BROWSER"):
        raise pytest.UsageError("Chromium is not installed, and the browser tests are asked for.")
    config.hook.pytest_deselected(items=browser)
    items[:] = [item for item in items if item not in browser]
    sys.stderr.write(
        f"No Chromium here: {len(browser)} tests of the page in a browser are left out.\n"
    )


class Server:
    """A running server: where it is, and a way to ask it."""

    def __init__(self, runs, env, *arguments, port=0):
        self.runs, self.env, self.arguments = runs, env, arguments
        self.port = port
        self.start()

    def start(self):
        """Start it, and wait until it answers."""
        code = "import sys; from trimer.cli import main; sys.exit(main(sys.argv[1:]))"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", "--no-open", "--port", str(self.port),
             "--runs", str(self.runs), *self.arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.env,
        )  # fmt: skip
        line = self.process.stdout.readline()
        assert line.startswith("Trimer's page: "), line + self.process.stdout.read()
        self.url = line.removeprefix("Trimer's page: ").strip()
        self.port = urlsplit(self.url).port
        self.process.stdout.readline()
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                self.ask("GET", "/api/start")
                return
            time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def stop(self):
        """Stop it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.process.stdout.close()

    def ask(self, method, path, body=None, headers=None, raw=None):
        """Return status, headers and content of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        content = raw if raw is not None else None if body is None else json.dumps(body).encode()
        given = {"content-type": "application/json"} if content is not None else {}
        try:
            connection.request(method, path, content, {**given, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def get(self, path):
        """Return status and JSON of an answer."""
        status, _, content = self.ask("GET", path)
        return status, json.loads(content)

    def post(self, path, body):
        """Return status and JSON of an answer."""
        status, _, content = self.ask("POST", path, body)
        return status, json.loads(content)

    def wait_for(self, job, seconds=120.0):
        """Wait until a trial has ended; return its last state."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            state = self.get(f"/api/trials/{job}")[1]
            if state["state"] in {"finished", "cancelled", "failed"}:
                return state
            time.sleep(0.1)
        raise AssertionError(f"the trial did not end: {state}")


@pytest.fixture(scope="session")
def environment(_code_cache):
    """Return the environment of servers: this source, and a cache of compiled code that is kept."""
    env = dict(os.environ)
    env.pop("PYTHONUNBUFFERED", None)  # the address has to come through a pipe without it
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), env.get("PYTHONPATH", "")])
    return env


@pytest.fixture(scope="session")
def server(tmp_path_factory, environment):
    """Return a server that all tests of a session share."""
    found = Server(tmp_path_factory.mktemp("runs"), environment)
    yield found
    found.stop()


SMALL_TRIAL = {
    "name": "small", "title": "With and without a lead-in", "cohort": "reference", "patients": 6,
    "days": 35,
    "arms": [
        {"name": "arm-a", "label": "Multi-step lead-in",
         "treatment": {"base": "flotetuzumab-multi-step"}},
        {"name": "arm-b", "label": "No lead-in", "treatment": {"base": "flotetuzumab-flat"}},
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def finished(server):
    """Return the name of a finished run."""
    status, job = server.post("/api/trials", SMALL_TRIAL)
    assert status == 202, job
    state = server.wait_for(job["id"])
    assert state["state"] == "finished", state
    return state["run"]


@pytest.fixture(scope="session")
def chromium():
    """Return a browser of the system."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Watched:
    """A page that notes what it asked for, and every error."""

    def __init__(self, browser, server, **options):
        self.server = server
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.requests, self.errors = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console", lambda note: self.errors.append(note.text) if note.type == "error" else None
        )

    def open(self, path, wait):
        """Open an address and wait for what is there when it is ready."""
        self.page.goto(self.server.url.rstrip("/") + path)
        self.page.wait_for_selector(wait, timeout=60_000)
        return self.page

    def foreign(self):
        """Return requests that did not go to the page's own server."""
        own = self.server.url.rstrip("/")
        return [u for u in self.requests if not u.startswith((own, "data:", "blob:"))]


@pytest.fixture
def look(chromium, server):
    """Return a function that opens a watched page with options of a browser context."""
    opened = []

    def make(width=1280, height=900, **options):
        watched = Watched(
            chromium, server, viewport={"width": width, "height": height}, **options
        )  # fmt: skip
        opened.append(watched)
        return watched

    yield make
    for watched in opened:
        watched.context.close()
