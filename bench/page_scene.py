# SPDX-License-Identifier: Apache-2.0
"""The page in headless Chromium: frames of the scene, time to be interactive, one patient's run."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from statistics import median, quantiles
from typing import Any

from bench.machine import environment, load

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run",
)  # fmt: skip
SECONDS = 6
STEPS = (1, 3, 5)
_SERVE = "import sys; from trimer.cli import main; sys.exit(main(sys.argv[1:]))"
_FRAMES = """seconds => new Promise((done) => {
  const gaps = []; let last = performance.now(); const begin = last;
  requestAnimationFrame(function tick(now) {
    gaps.push(now - last); last = now;
    if (now - begin < 1000 * seconds) requestAnimationFrame(tick); else done(gaps.slice(2));
  });
})"""


def measure() -> dict[str, Any]:
    """Return frames a second and 95th percentile of a frame by step, and waits in seconds."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Chromium is not installed; install it and measure again.")
    result: dict[str, Any] = {"load": load(), "cores": os.cpu_count(), "steps": {}}
    with _server() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for step in STEPS:
            page.goto(f"{url}mechanism?step={step}&day=8")
            page.wait_for_selector(".low .facts", timeout=60_000)
            page.click(".transport .primary")
            gaps = page.evaluate(_FRAMES, SECONDS)
            result["steps"][str(step)] = {
                "fps": 1000 / median(gaps), "p95_ms": quantiles(gaps, n=20)[18]
            }  # fmt: skip
        result["interactive"] = median(_interactive(browser, url) for _ in range(5))
        result["patient"] = median(_patient(url, seed) for seed in range(100, 105))
        browser.close()
    return result


@contextlib.contextmanager
def _server() -> Any:
    with tempfile.TemporaryDirectory() as runs:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, "serve", "--no-open", "--port", "0", "--runs", runs],
            env=environment(), stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            url = process.stdout.readline().partition(": ")[2].strip()
            for _ in range(200):
                with contextlib.suppress(OSError):
                    _read(f"{url}api/start")
                    break
                time.sleep(0.1)
            time.sleep(3)  # it compiles the model meanwhile
            yield url
        finally:
            process.terminate()
            process.wait(10)


def _interactive(browser: Any, url: str) -> float:
    page = browser.new_page()
    began = time.perf_counter()
    page.goto(f"{url}runs")
    page.wait_for_selector("main h1")
    seconds = time.perf_counter() - began
    page.close()
    return seconds


def _patient(url: str, seed: int) -> float:
    body = f'{{"who":{{"seed":{seed},"id":0}},"treatment":{{"base":"flotetuzumab-multi-step"}}}}'
    began = time.perf_counter()
    _read(f"{url}api/patient", body.encode())
    return time.perf_counter() - began


def _read(url: str, body: bytes | None = None) -> bytes:
    asked = urllib.request.Request(url, body, {"content-type": "application/json"})  # noqa: S310 (our server)
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 (our server)
        found: bytes = answer.read()
    return found


def text(result: dict[str, Any]) -> list[str]:
    """Return the result as lines of markdown."""
    rows = [
        f"| scene, step {step} | {found['fps']:.0f} frames a second, 95 % under "
        f"{found['p95_ms']:.0f} ms | 50, 33 ms |"
        for step, found in result["steps"].items()
    ]
    return [
        (f"Headless Chromium without a graphics card, {result['cores']} cores; load average "
        f"{result['load']:.1f}."),
        "", "| what | measured | aim |", "|---|---|---|", *rows,
        f"| page is interactive, cold browser page | {result['interactive']:.2f} s | 1.5 s |",
        f"| one patient's run of 35 days, request to answer | {result['patient']:.2f} s | 1 s |",
    ]  # fmt: skip
