# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser: every page, keyboard, axe-core, narrow and wide, runs, restarts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.page.conftest import Server, Watched

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "assets" / "axe.min.js"
PAGES = {
    # address, what is there when it is ready
    "mechanism": ("/mechanism?step=3&day=6", ".low .facts"),
    "stills": ("/mechanism?stills=1", ".still"),
    "patient": ("/patient", ".log li"),
    "trial": ("/trial?run={run}&arm=arm-a&patient={id}", ".figs svg"),
    "compare": ("/compare?a={run}&b={run}", "#forest-title"),
    "ready": ("/clinic/ready", "#patient-file"),
    "plan": ("/clinic/plan?weight=70+kg&start=2027-01-04T09:00&zone=Europe/Berlin", "table.plain"),
    "guide": ("/clinic/guide?reader=nurse", "article h3"),
    "facts": ("/facts", ".fact"),
    "runs": ("/runs", ".list li"),
}


@pytest.fixture(scope="module")
def address(server, finished):
    """Return a function that fills an address of `PAGES`."""
    _, found = server.get(f"/api/runs/{finished}")
    patient = found["arms"][0]["patients"][0]["id"]
    return lambda name: (PAGES[name][0].format(run=finished, id=patient), PAGES[name][1])


def axe(page, **options):
    """Return violations that axe-core finds."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("name", list(PAGES))
def test_every_page(look, address, name):
    """Each page shows, breaks no rule of axe-core in light and dark, and asks only its server."""
    watched = look(1440, 900, color_scheme="light")
    path, ready = address(name)
    page = watched.open(path, ready)
    page.wait_for_timeout(300)
    assert axe(page) == []
    page.click("button[aria-label='Switch to dark theme']")
    page.wait_for_timeout(100)
    assert axe(page) == []
    assert page.locator("header .badge").inner_text() == "simulation, not medical advice"
    assert page.locator("h1").count() == 1
    assert watched.foreign() == []
    assert watched.errors == []


@pytest.mark.parametrize("width", [320, 390, 820])
def test_narrow_pages_do_not_scroll_sideways(look, address, width):
    """At any width no page is wider than the window, no text smaller than 12 px, axe is content."""
    watched = look(width, 800)
    for name in PAGES:
        path, ready = address(name)
        page = watched.open(path, ready)
        page.wait_for_timeout(200)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (name, wide)
        small = page.evaluate(
            """() => [...document.querySelectorAll('main *')].filter((node) =>
                 [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim()) &&
                 parseFloat(getComputedStyle(node).fontSize) < 11.99 &&
                 !node.closest('.vh') && node.getClientRects().length)
               .map((node) => node.textContent.trim().slice(0, 40))"""
        )
        assert small == [], (name, small)
        if width == 390:
            assert axe(page) == [], name


def test_the_scene_draws_the_state(look, server):
    """What is drawn is what the counts of the state at that hour say; dials move it."""
    watched = look()
    page = watched.open("/mechanism?day=8&step=1", ".stage[data-step='1']")
    page.wait_for_selector(".low .facts")
    stage = page.locator(".stage").first
    drawn = {
        name: stage.get_attribute(f"data-{name}") for name in ("leukemia", "t", "awake", "trimers")
    }
    asked = {"who": {"cohort": "pif-er", "seed": 7, "id": 77}, "days": 35,
             "treatment": {"base": "flotetuzumab-multi-step"}}  # fmt: skip
    _, course = server.post("/api/patient", asked)
    i = next(k for k, t in enumerate(course["times"]) if t >= 8 - 1e-6)
    scene = course["scene"]
    left = scene["leukemic_cells"][i] / scene["leukemic_cells"][0]
    cells = min(6, max(2, round(scene["marrow_T_cells"][i] / 22)))
    trimers = course["series"]["trimers_per_blast"][i]
    assert int(drawn["leukemia"]) == min(10, round(10 * left))
    assert int(drawn["t"]) == cells
    assert abs(int(drawn["awake"]) - scene["awake"][i] * cells) <= 0.5 + 1e-6
    assert int(drawn["trimers"]) == min(9, max(1, round(trimers / 3)))
    page.fill("#dial-r123 >> xpath=following::input[1]", "60")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "n => Number(document.querySelector('.stage').dataset.trimers) < n",
        arg=int(drawn["trimers"]),
    )
    assert "Moved from the patient: CD123" in page.locator("main").inner_text()


def test_the_tour_goes_by_keyboard(look):
    """Keys step, scrub, play; the scene starts paused, and each step has its words."""
    watched = look()
    page = watched.open("/mechanism", ".low .facts")
    play = page.locator(".transport .primary")
    assert play.get_attribute("aria-pressed") == "false"
    titles = []
    for step in range(1, 7):
        page.keyboard.press(str(step))
        page.wait_for_selector(f".stage[data-step='{step}']")
        titles.append(page.locator(".tour h2").inner_text())
    assert titles == ["The matchmaker", "The wake-up", "Perforin and granzyme",
                      "Recycle the attack", "Why the slow start", "The seeds"]  # fmt: skip
    page.keyboard.press("1")
    day = page.evaluate("new URLSearchParams(location.search).get('day') ?? '4.67'")
    page.keyboard.press(".")
    page.wait_for_function("d => new URLSearchParams(location.search).get('day') !== d", arg=day)
    page.keyboard.press("Space")
    page.wait_for_selector(".transport .primary[aria-pressed='true']")
    page.keyboard.press("Space")
    page.wait_for_selector(".transport .primary[aria-pressed='false']")
    page.go_back()
    page.wait_for_selector(".stage[data-step='6']")
    assert watched.errors == []


def test_reduced_motion_shows_stills(look):
    """Who asks for less motion gets six labelled stills, and no frame is drawn by itself."""
    watched = look(reduced_motion="reduce")
    page = watched.open("/mechanism", ".still")
    assert page.locator(".still").count() == 6
    assert page.locator(".still figcaption b").first.inner_text().startswith("1.")
    assert page.locator(".transport").count() == 0


def test_a_patient_by_keyboard_alone(look):
    """Skip link, step editor, run, decisions, source and undo are reached without a mouse."""
    watched = look()
    page = watched.open("/patient", ".log li")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.locator(".block").nth(0).focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_selector("text=The curves below are from the previous settings.")
    assert "60x24,60x24" in page.evaluate("new URLSearchParams(location.search).get('steps')")
    with page.expect_response(lambda r: r.url.endswith("/api/patient") and r.ok):
        page.keyboard.press("Control+Enter")
    page.wait_for_selector(".stale", state="detached")
    page.locator(".cursor").focus()
    page.keyboard.press("Home")
    before = page.evaluate("new URLSearchParams(location.search).get('at')")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("b => new URLSearchParams(location.search).get('at') !== b", arg=before)
    assert page.locator(".log li.on").count() == 1
    assert "Day" in page.locator(".cursor").get_attribute("aria-valuetext")
    page.locator(".facts .source").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] dl")
    assert "lognormal" in page.locator("dialog[open]").inner_text()
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    assert page.evaluate("document.activeElement.className").startswith("source")
    page.keyboard.press("Control+z")
    page.wait_for_function("() => !new URLSearchParams(location.search).get('steps')")
    assert watched.errors == []


def test_the_plug_is_pulled(look):
    """A plug pulled on the page stops the pump at that hour, in dose lane and log."""
    watched = look()
    page = watched.open("/patient?cohort=reference&seed=7&id=1&days=21", ".log li")
    page.click("button:has-text('Pull the plug')")
    page.click(".treat button.primary:has-text('Run')")
    page.wait_for_selector(".stale", state="detached", timeout=60_000)
    text = page.locator(".log").inner_text()
    assert "Pump alarm: battery" in text
    assert page.locator(".cursor svg text", has_text="pump off 9").count() >= 1


def test_a_second_protocol_is_laid_over(look):
    """Compared with another protocol, the same patient shows both in a table."""
    watched = look()
    page = watched.open("/patient?with=flotetuzumab-flat", ".diff")
    rows = page.locator(".diff tbody tr")
    assert rows.count() == 7
    assert "Worst CRS grade" in rows.first.inner_text()


def test_what_is_wrong_stands_on_the_page(look):
    """A jump past the limit is refused in words, and the last result stays."""
    watched = look()
    page = watched.open("/patient?steps=30x24&days=14", "[role='alert']")
    assert "step" in page.locator("[role='alert']").inner_text().lower()


def test_a_mark_opens_its_patient(look, finished):
    """Arrow keys choose a bar, Enter opens that patient, the way back keeps the choice."""
    watched = look()
    page = watched.open(f"/trial?run={finished}", ".bar")
    page.locator(".marks").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => new URLSearchParams(location.search).get('patient') !== null")
    chosen = page.evaluate("new URLSearchParams(location.search).get('patient')")
    assert f"Virtual patient {chosen}" in page.locator(".side").inner_text()
    assert page.locator(".lane[aria-selected='true']").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_selector(".log li", timeout=60_000)
    assert f"patient {chosen} of run {finished}" in page.locator(".lead").inner_text()
    page.go_back()
    page.wait_for_selector(".bar[aria-selected='true']")
    page.keyboard.press("t")


def test_every_figure_has_its_table(look, address):
    """The button "table" shows the same numbers in place of the drawing."""
    watched = look()
    path, ready = address("trial")
    page = watched.open(path, ready)
    for figure in page.locator("figure").all():
        figure.locator("button:has-text('table')").click()
        assert figure.locator("tbody tr").count() > 0
    assert axe(page) == []


def test_a_run_is_followed_cancelled_and_seen_by_two(chromium, server):
    """Progress shows live in the window that asked and in another; cancelling keeps patients."""
    one = Watched(chromium, server, viewport={"width": 1280, "height": 900})
    two = Watched(chromium, server, viewport={"width": 390, "height": 800})
    page = one.open("/trial?n=1500&cycles=2&cohort=reference", ".setup .primary")
    page.wait_for_selector(".arm select")
    page.click(".setup .primary")
    page.wait_for_selector(".line[data-state='running']", timeout=30_000)
    other = two.open("/trial", ".line[data-state='running']")
    assert "another window" in other.locator("main").inner_text()
    page.wait_for_function("() => document.querySelector('progress').value > 0", timeout=60_000)
    first = int(page.locator(".line").get_attribute("data-messages"))
    began = time.monotonic()
    page.wait_for_timeout(3000)
    per_second = (int(page.locator(".line").get_attribute("data-messages")) - first) / (
        time.monotonic() - began
    )
    assert per_second >= 2
    page.click("text=Cancel")
    page.wait_for_selector("text=Cancelled.", timeout=60_000)
    other.wait_for_selector("text=Cancelled.", timeout=60_000)
    assert one.foreign() == two.foreign() == []
    one.context.close()
    two.context.close()


def test_the_server_goes_and_comes_back(chromium, tmp_path, environment):
    """A run goes on while the server restarts, and the page picks it up by itself."""
    environment = {**environment}
    own = Server(tmp_path, environment)
    watched = Watched(chromium, own, viewport={"width": 1280, "height": 900})
    try:
        page = watched.open("/trial?n=60&cohort=reference", ".setup .primary")
        page.wait_for_selector(".arm select")
        page.click(".setup .primary")
        page.wait_for_selector(".line[data-state='running']", timeout=30_000)
        own.stop()
        page.wait_for_selector("text=The server does not answer.", timeout=30_000)
        own.start()
        page.wait_for_selector(".figs svg", timeout=120_000)
        page.wait_for_selector("text=The server does not answer.", state="detached")
        assert page.evaluate("new URLSearchParams(location.search).get('run')")
    finally:
        watched.context.close()
        own.stop()


def test_interactive_soon(look):
    """On loopback a page answers in well under a second and a half, data of a run aside."""
    watched = look()
    began = time.monotonic()
    watched.page.goto(watched.server.url + "runs")
    watched.page.wait_for_selector("h1")
    assert time.monotonic() - began < 3.0  # of a shared machine; the bench measures


def test_printing_leaves_controls_out(look, address):
    """On paper there are no buttons, and the notice is there."""
    watched = look()
    path, ready = address("guide")
    page = watched.open(path, ready)
    page.emulate_media(media="print")
    assert page.locator("nav:visible").count() == 0
    assert page.locator("footer .badge:visible").count() >= 1
    assert len(page.pdf()) > 10_000


def test_addresses_that_lead_nowhere(look):
    """An unknown page and an unknown run are said, not blank."""
    watched = look()
    page = watched.open("/patient?run=nothing&patient=1", "[role='alert']")
    assert "No run 'nothing'" in page.locator("[role='alert']").inner_text()
