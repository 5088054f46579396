# SPDX-License-Identifier: Apache-2.0
"""The page: whole, self-contained, readable by everyone."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from markupsafe import Markup

from trimer.core.errors import DiskError
from trimer.core.notice import NOTICE, SHORT_NOTICE
from trimer.report import write_report
from trimer.report.data import read_run
from trimer.report.render import plots

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """Elements of a page with their attributes and text, and whether every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.stack, self.broken = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note an element that opens."""
        element = {"tag": tag, "attrs": dict(attrs), "text": "", "inside": list(self.stack)}
        self.elements.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_startendtag(self, tag, attrs):
        """Note an element without content."""
        self.elements.append({"tag": tag, "attrs": dict(attrs), "text": "", "inside": []})

    def handle_endtag(self, tag):
        """Close the element that is open, or note that it is another."""
        if not self.stack or self.stack[-1]["tag"] != tag:
            self.broken.append(tag)
        else:
            self.stack.pop()

    def handle_data(self, data):
        """Give text to every element around it."""
        for element in self.stack:
            element["text"] += data

    def all(self, *tags):
        """Elements with one of these tags."""
        return [element for element in self.elements if element["tag"] in tags]

    @property
    def text(self):
        """All text of the body, spaces made plain."""
        return self.all("body")[0]["text"].replace("\u00a0", " ")


def page_of(folder):
    """Write the report of a run and read it back."""
    return Page(write_report(folder).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def html(run_folder):
    """The report of the complete run, as text."""
    return write_report(run_folder).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html):
    """The same, parsed."""
    return Page(html)


def test_every_tag_is_closed(page):
    """The page is well-formed."""
    assert page.broken == []
    assert page.stack == []


def test_nothing_is_loaded_from_anywhere(page, html):
    """No script, no style sheet, no picture, no font from outside; the browser is told so too."""
    assert page.all("script", "link", "iframe", "object", "embed", "img", "image") == []
    for element in page.elements:
        for name in ("src", "href", "xlink:href", "action"):
            address = element["attrs"].get(name, "")
            is_source = element["tag"] == "a" and address.startswith("https://doi.org/")
            assert address == "" or address.startswith(("#", "data:text/csv")) or is_source
    assert re.findall(r"url\((?!#)", html) == []
    assert "@import" not in html
    policy = [e["attrs"]["content"] for e in page.all("meta") if "http-equiv" in e["attrs"]]
    assert policy[0].startswith("default-src 'none'")


def test_the_report_is_small(html):
    """A report is a few megabytes at most."""
    assert len(html.encode()) < 5_000_000


def test_a_run_without_a_ward_says_so(html):
    """No section of the ward, its tables are not listed, and CRS is provisional."""
    assert 'id="ward"' not in html
    assert 'href="#ward"' not in html
    assert "CRS grade 3 or more (provisional)" in html
    assert "No ward acts in this simulation" in html
    assert "grades.parquet" not in html


def test_every_figure_has_words(page):
    """Each figure has a heading, a caption with its number, and its picture in words."""
    figures = page.all("figure")
    assert len(figures) == 11
    for figure in figures:
        inside = [e for e in page.elements if figure in e["inside"]]
        assert [e["tag"] for e in inside].count("h3") == 1
        caption = next(e["text"] for e in inside if e["tag"] == "figcaption")
        assert re.match(r"\s*Figure \d+\.", caption)
        drawings = [e["attrs"] for e in inside if e["attrs"].get("role") == "img"]
        assert len(drawings) == 2
        assert all(len(drawing["aria-label"]) > 60 for drawing in drawings)
        svgs = [e for e in inside if e["tag"] == "svg"]
        assert all(e["attrs"]["aria-hidden"] == "true" for e in svgs)
        assert all(SHORT_NOTICE in e["text"].replace("\n", " ") for e in svgs)
        assert all("20260101" in e["text"] and "DRAFT" in e["text"] for e in svgs)


def test_csv_behind_a_figure_is_its_table(run_folder, page):
    """The link beside a figure holds exactly the figure's numbers."""
    links = {e["attrs"]["download"]: e["attrs"]["href"] for e in page.all("a") if
             "download" in e["attrs"]}  # fmt: skip
    for section in plots(read_run(run_folder)).values():
        for plot in section:
            content = links[f"{plot.name}.csv"].partition("base64,")[2]
            assert base64.b64decode(content).decode() == plot.csv()


def test_tables_tell_heads_from_cells(page):
    """Every table has a caption, and every head says what it heads."""
    for table in page.all("table"):
        inside = [e for e in page.elements if table in e["inside"]]
        assert any(e["tag"] == "caption" and e["text"].strip() for e in inside)
        assert all(e["attrs"].get("scope") in ("col", "row") for e in inside if e["tag"] == "th")
        rows = [e for e in inside if e["tag"] == "tr"]
        widths = {
            sum(e["tag"] in ("td", "th") and e["inside"][-1] is row for e in inside) for row in rows
        }
        assert len(widths) == 1


def test_headings_step_down_one_at_a_time(page):
    """There is one first heading, and no level is skipped."""
    levels = [int(e["tag"][1]) for e in page.all("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_names_are_unique_and_links_arrive(page):
    """Every id is there once, and every link inside the page has its target."""
    ids = [e["attrs"]["id"] for e in page.elements if "id" in e["attrs"]]
    # matplotlib names a shared shape once per place of use inside one drawing
    assert len(ids) == len(set(ids))
    for element in page.elements:
        target = element["attrs"].get("href", "")
        if element["tag"] == "a" and target.startswith("#"):
            assert target[1:] in ids
        label = element["attrs"].get("aria-labelledby")
        assert label is None or label in ids


def test_the_language_and_title_are_set(page):
    """A screen reader is told the language; a browser tab the study."""
    assert page.all("html")[0]["attrs"]["lang"] == "en"
    assert "Does a lead-in prevent" in page.all("title")[0]["text"]


def test_the_notice_is_there(page):
    """The notice stands at the top and in the footer, with seed, version and hash."""
    assert SHORT_NOTICE in page.all("header")[0]["text"]
    footer = page.all("footer")[0]["text"]
    for text in (SHORT_NOTICE, NOTICE, "seed 20260101", "Trimer 0.1.0", "0123abcd", "DRAFT"):
        assert text in footer


def test_the_answer_has_numbers_with_their_totals(page):
    """The finding comes first: n of N, percentage and interval of each arm."""
    finding = next(e["text"] for e in page.all("p") if e["attrs"].get("class") == "finding")
    found = re.findall(r"\d+ of 40 \([\d.]+\s%, [\d.]+–[\d.]+\)", finding)
    assert len(found) == 2
    answer = next(e for e in page.all("section") if e["attrs"]["id"] == "answer")
    lines = [e for e in page.all("li") if answer in e["inside"]]
    assert len(lines) == 4
    assert "40 virtual patients" in lines[0]["text"]


def test_crs_is_called_provisional_wherever_it_is_shown(page):
    """Grades are the reference's read-out, and every table and figure of them says so."""
    for element in page.all("caption", "figcaption"):
        if "CRS" in element["text"]:
            assert "provisional" in element["text"]
    answer = next(e["text"] for e in page.all("section") if e["attrs"]["id"] == "answer")
    assert "provisional: the reference model's ordinal read-out" in answer


def test_the_cohort_is_said_not_to_be_screened(page):
    """What the virtual patients are, and that nobody was left out."""
    cohort = next(e["text"] for e in page.all("section") if e["attrs"]["id"] == "cohort")
    assert "relapsed or refractory" in cohort.replace("\n", " ")
    assert "not screened" in cohort


def test_equations_and_card_come_from_the_folder(page):
    """Equations are MathML, the card has every column, its source leads to the list."""
    assert len(page.all("math")) >= 1
    heads = [e["text"] for e in page.all("th")]
    for head in ("Name", "Definition", "Value", "Unit", "Spread", "Source", "Basis", "Details"):
        assert head in heads
    assert "source-Clements2020" in [e["attrs"].get("id") for e in page.all("li")]
    assert "< not flotetuzumab" in page.text


def test_html_in_names_is_text(make_run):
    """Titles, labels and definitions cannot bring markup into the page."""
    evil = "<img src=x onerror=alert(1)> & <b>'bold'</b>"
    folder = make_run(
        patients=4, title=evil, labels={"multi-step": evil, "flat": "$x^2$ {{ 7*7 }}"}
    )
    record = json.loads((folder / "model.json").read_text())
    record["parameters"][0]["details"] = evil
    record["sources"][0]["url"] = "javascript:alert(1)"
    record["equations"][0]["mathml"] = f"<math>{evil}</math>"
    record["equations"][0]["definition"] = evil
    (folder / "model.json").write_text(json.dumps(record))
    page = page_of(folder)
    assert page.broken == []
    assert page.all("img", "b", "script") == [e for e in page.all("b") if e["attrs"] == {}]
    assert all(not name.startswith("on") for e in page.elements for name in e["attrs"])
    assert not any("javascript" in e["attrs"].get("href", "") for e in page.elements)
    assert evil in page.text
    assert "$x^2$ {{ 7*7 }}" in page.text


@pytest.fixture
def no_drawings(monkeypatch):
    """Leave the drawings out where a test is about words."""
    svg = Markup('<svg aria-hidden="true"></svg>')
    monkeypatch.setattr("trimer.report.render._drawing", lambda *_: svg)


@pytest.mark.usefixtures("no_drawings")
def test_failed_patients_are_listed_not_counted(make_run):
    """Failures have their reason in a table; totals leave them out."""
    folder = make_run(failed=(("flat", 3), ("flat", 7), ("multi-step", 3)))
    page = page_of(folder)
    section = next(e["text"] for e in page.all("section") if e["attrs"]["id"] == "failures")
    assert section.count("step size too small") == 3
    assert "listed, not counted" in section
    assert "77 of 80 planned simulations finished; 3 failed" in page.text
    assert "/38" in page.text
    assert "nan" not in page.text.lower().split()


@pytest.mark.usefixtures("no_drawings")
def test_an_interrupted_run_says_so_at_the_top(make_run):
    """Fewer patients than planned: the page says how many before any number."""
    page = page_of(make_run(patients=10, planned=40, status="interrupted"))
    header = page.all("header")[0]["text"]
    assert "interrupted: 10 of 40 planned virtual patients" in " ".join(header.split())


def test_one_arm_is_enough(make_run):
    """A study of one arm has no pairs, and its sentences speak of one."""
    page = page_of(make_run(patients=12, arms=("flat",)))
    assert len(page.all("figure")) == 10
    assert "both arms" not in page.text
    assert "minus" not in page.text


def test_more_arms_are_compared_with_the_first(make_run):
    """Each further arm gets its own figure of pairs with the first."""
    page = page_of(make_run(patients=6, arms=("multi-step", "flat", "third")))
    names = [e["attrs"]["id"] for e in page.all("figure")]
    assert names[-2:] == ["figure-paired-a-b", "figure-paired-a-c"]


def test_a_run_too_short_for_a_marrow_claims_no_response(make_run):
    """Before the first marrow assessment there is no best response to report."""
    page = page_of(make_run(patients=4, days=2.0))
    names = [e["attrs"]["id"] for e in page.all("figure")]
    assert "figure-response" not in names
    assert "figure-waterfall" not in names
    assert "Response was not assessed" in page.text
    assert "Hours since first dose" in page.text


def test_one_virtual_patient_is_enough(make_run):
    """Bands of one patient are his course; nothing divides by zero."""
    page = page_of(make_run(patients=1))
    assert "1 virtual patient in each of 2 arms" in page.text


def test_the_report_is_the_same_every_time(run_folder, html, tmp_path):
    """The same folder gives the same bytes, wherever they are written."""
    assert write_report(run_folder, tmp_path / "other.html").read_text(encoding="utf-8") == html


@pytest.mark.usefixtures("no_drawings")
def test_a_place_that_cannot_be_written_is_named(run_folder, tmp_path):
    """A folder that is not there gives a sentence and leaves nothing behind."""
    with pytest.raises(DiskError, match="Cannot write the report"):
        write_report(run_folder, tmp_path / "nowhere" / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_importing_the_report_is_light():
    """What draws and sets type loads with the first report, not before."""
    code = (
        "import sys, trimer.report; "
        "print([m for m in ('matplotlib', 'polars', 'jinja2', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    )
    assert done.stdout.strip() == "[]"
