# SPDX-License-Identifier: Apache-2.0
"""The BibTeX reader."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.errors import SourceError
from trimer.core.sources import read_sources, source

TEXT = """
Text outside entries is a remark.

@Article{Chichili2015,
  author  = "Chichili, G. R. and {Huang}, L.",
  title   = {A {CD3xCD123} bispecific
             antibody},
  journal = {Sci Transl Med},
  year    = 2015,
  doi     = {10.1000/x},
  volume  = {7},
}
@comment{ @misc{Hidden, title = {no}} }
@misc{Note2026, title = {A remark}}
"""


def test_entries_are_read_with_their_fields():
    """Braces, quotes and numbers are values; case, line breaks and inner braces are dropped."""
    first = read_sources(TEXT)["Chichili2015"]
    assert first.type == "article"
    assert first.author == "Chichili, G. R. and Huang, L."
    assert first.title == "A CD3xCD123 bispecific antibody"
    assert first.year == "2015"


def test_entries_keep_the_order_of_the_file_and_comments_are_skipped():
    """Keys come in file order, without those inside a comment."""
    assert list(read_sources(TEXT)) == ["Chichili2015", "Note2026"]


def test_a_source_prints_as_one_line():
    """Only what is known is printed."""
    sources = read_sources(TEXT)
    assert str(sources["Chichili2015"]) == (
        "Chichili, G. R. and Huang, L. (2015). A CD3xCD123 bispecific antibody. "
        "Sci Transl Med. doi:10.1000/x."
    )
    assert str(sources["Note2026"]) == "A remark."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@misc{A, title = {x}}\n@misc{A, title = {y}}", "line 2: source 'A' comes twice"),
        ("@misc{A, year = 2020}", "line 1: source 'A' has neither author nor title"),
        ("\n@misc{A, title = {x}", "line 2: expected ','"),
        ("@misc{A, title = {x", "line 1: a brace is not closed"),
        ('@misc{A, title = "x}', "line 1: a quote is not closed"),
        ("@misc{, title = {x}}", "line 1: expected a key"),
        ("@misc{A, title {x}}", "line 1: expected a field"),
        ("@misc{A, title = x}", "line 1: expected a value"),
    ],
)
def test_what_is_no_bibtex_is_named_with_its_line(text, message):
    """A mistake is named with its line and what was found there."""
    with pytest.raises(SourceError, match=message):
        read_sources(text)


def test_a_file_is_named_in_the_message(tmp_path):
    """A path is read as a file, and its name is in the sentence."""
    path = tmp_path / "sources.bib"
    path.write_text("@misc{", encoding="utf-8")
    with pytest.raises(SourceError, match=r"sources\.bib', line 1"):
        read_sources(path)
    with pytest.raises(SourceError, match="there is no such file"):
        read_sources(tmp_path / "none.bib")


def test_an_unknown_key_gets_a_suggestion():
    """A misspelled key is answered with the nearest one."""
    sources = read_sources(TEXT)
    assert source("Note2026", sources).title == "A remark"
    with pytest.raises(SourceError, match="Did you mean 'Chichili2015'"):
        source("Chichilli2015", sources)


@given(st.text(alphabet='@misc{}=,"A1\n title#', max_size=60) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    """Reading never fails in any other way than with a source error."""
    with contextlib.suppress(SourceError):
        read_sources(text)
