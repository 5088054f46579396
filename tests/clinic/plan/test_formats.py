# SPDX-License-Identifier: Apache-2.0
"""The plan in each format, read back by somebody else's reader."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import icalendar
import pytest
from pypdf import PdfReader
from tests.clinic.plan.conftest import example, interruption, plan

from trimer.clinic.plan import STAMP
from trimer.clinic.plan.formats import FORMATS, format_of, rendered, write_plan
from trimer.core.errors import StoreError, UnknownName
from trimer.core.notice import NOTICE, SHORT_NOTICE

BERLIN = {"start": "2027-03-22T09:00", "zone": "Europe/Berlin"}


def text_of(kind, found):
    """Return the text of a plan in a format, without its line breaks."""
    content = rendered(found, kind)
    if kind == "pdf":
        pages = PdfReader(io.BytesIO(content)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())
    if kind == "ics":
        content = content.replace(b"\r\n ", b"").replace(b"\\,", b",").decode()
    if kind == "html":
        reader = Page()
        reader.feed(content)
        content = " ".join(reader.texts)
    return " ".join(content.split())


class Page(HTMLParser):
    """Collects text, tags and addresses of a page."""

    def __init__(self):
        super().__init__()
        self.texts, self.tags, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        """Keep it."""
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data):
        """Keep it."""
        self.texts.append(data)


@pytest.mark.parametrize("kind", FORMATS)
def test_notice_and_stamp_stand_on_every_format(kind):
    """S80, S81, S83: the notice is there; with an invented pharmacy the stamp too."""
    plain, stamped = text_of(kind, plan()), text_of(kind, plan(pharmacy=example()))
    for text in (plain, stamped):
        assert SHORT_NOTICE.lower() in text.lower()
        if kind != "csv":
            assert "was never approved" in text
    assert STAMP in stamped
    assert STAMP not in plain


@pytest.mark.parametrize("kind", ["table", "html", "pdf"])
def test_what_is_read_shows_the_doses(kind):
    """The seven daily totals of the lead-in, mL/h and errors, looks, restart table."""
    text = text_of(kind, plan(pharmacy=example()))
    for piece in (
        "2.1", "4.2", "7", "14", "21", "28", "35", "1.458", "+2.86 %", "2.917", "every 4 h",
        "neurology with ICE", "marrow, day 25 of cycle 1", "dexamethasone 10 mg", "premedicate",
    ):  # fmt: skip
        assert piece in text
    assert "stops at mcg/h" in text_of(kind, plan())


def test_every_page_of_the_print_is_stamped():
    """The stamp and the notice stand on each page of the PDF."""
    pages = PdfReader(io.BytesIO(rendered(plan(pharmacy=example()), "pdf"))).pages
    assert len(pages) >= 2
    for page in pages:
        assert STAMP in page.extract_text()
        assert "Simulation, not medical advice" in page.extract_text()


def test_the_page_asks_for_nothing_from_elsewhere():
    """No script, no address but its own."""
    reader = Page()
    reader.feed(rendered(plan(), "html"))
    assert "script" not in reader.tags
    assert reader.links == []


def test_words_of_the_user_are_shown_as_words():
    """A label with the signs of a markup stays text."""
    odd = '<b>#set "x" $y$ *z* \\'
    for kind in ("html", "pdf", "ics", "table", "json"):
        text = (
            text_of(kind, plan(label=odd))
            if kind != "json"
            else json.loads(rendered(plan(label=odd), kind))["label"]
        )
        assert "<b>#set" in text
        assert "*z*" in text


def test_calendar_is_read_back_by_a_library():
    """What happens once is there at its instant, and looks repeat as often as planned."""
    found = plan(**BERLIN)
    calendar = icalendar.Calendar.from_ical(rendered(found, "ics"))
    events = calendar.walk("VEVENT")
    at = {}
    for event in events:
        at.setdefault(str(event["categories"].cats[0]), []).append(event["dtstart"].dt)
        assert event["dtstart"].dt.utcoffset() == timedelta(0)
    for what in ("marrow", "cycle", "infusion", "hospital"):
        planned = sorted({found.clock.utc(e.minute) for e in found.events if e.what == what})
        assert sorted(at[what]) == planned
    times = []
    for event in events:
        if str(event["categories"].cats[0]) == "vital signs":
            count = event["rrule"]["count"][0] if "rrule" in event else 1
            times += [event["dtstart"].dt + timedelta(days=k) for k in range(count)]
    assert sorted(times) == [
        found.clock.utc(e.minute) for e in found.events if e.what == "vital signs"
    ]


def test_calendar_lines_and_identities():
    """Lines are folded at 75 bytes, and a plan made again has the same identities, each once."""
    content = rendered(plan(**BERLIN), "ics")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    uids = [str(e["uid"]) for e in icalendar.Calendar.from_ical(content).walk("VEVENT")]
    assert len(set(uids)) == len(uids)
    again = rendered(plan(kg="71", **BERLIN), "ics")
    assert [str(e["uid"]) for e in icalendar.Calendar.from_ical(again).walk("VEVENT")] == uids
    other = rendered(plan(label="bed 4", **BERLIN), "ics")
    assert not set(uids) & {
        str(e["uid"]) for e in icalendar.Calendar.from_ical(other).walk("VEVENT")
    }


def test_csv_has_a_row_for_every_event():
    """In order of time, both times the same instant, numbers plain."""
    found = plan(pharmacy=example(), **BERLIN)
    rows = list(csv.DictReader(io.StringIO(rendered(found, "csv"))))
    assert len(rows) == len(found.events)
    for row, event in zip(rows, found.events, strict=True):
        local, utc = datetime.fromisoformat(row["time"]), datetime.fromisoformat(row["time_utc"])
        assert local == utc == found.clock.utc(event.minute)
        assert utc.tzinfo == UTC
    first = next(row for row in rows if row["text"].startswith("first dose"))
    assert (first["mcg_per_day"], first["mcg_per_h"], first["mL_per_h"]) == ("2.1", "0.0875", "0.9")


def test_json_tells_an_interruption():
    """What came in between, and what follows."""
    record = json.loads(rendered(plan(**interruption("2027-01-06T14:00+01:00", 6)), "json"))
    assert record["interruption"] == {
        "from": "2027-01-06T14:00+01:00", "until": "2027-01-06T20:00+01:00", "gap_minutes": 360,
        "restart": "premedicate, then same rate",
    }  # fmt: skip
    assert record["notice"].startswith(NOTICE)
    assert record["steps"][0]["kind"] == "interruption"


def test_the_same_plan_is_the_same_file():
    """Nothing in a file depends on when or where it is rendered."""
    for kind in FORMATS:
        assert rendered(plan(pharmacy=example()), kind) == rendered(plan(pharmacy=example()), kind)


def test_a_file_is_written_whole_and_never_over_another(tmp_path):
    """Not without force; and nothing else is left in the folder."""
    out = tmp_path / "p.json"
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="--force"):
        write_plan(plan(), out, "json")
    assert out.read_text(encoding="utf-8") == "mine"
    write_plan(plan(), out, "json", force=True)
    assert json.loads(out.read_text(encoding="utf-8"))["weight_kg"] == 70
    with pytest.raises(StoreError, match="it is a folder"):
        write_plan(plan(), tmp_path, "json", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["p.json"]


def test_the_format_is_named_or_told_by_the_ending(tmp_path):
    """A name wins over the ending; neither known is a sentence."""
    assert format_of(None, None) == "table"
    assert format_of(None, tmp_path / "a.HTM") == "html"
    assert format_of("csv", tmp_path / "a.html") == "csv"
    with pytest.raises(UnknownName, match="Did you mean 'html'"):
        format_of("htlm", None)
    with pytest.raises(UnknownName, match="a plan ends in"):
        format_of(None, tmp_path / "a.docx")
