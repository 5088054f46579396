# SPDX-License-Identifier: Apache-2.0
"""Documents: text, HTML and PDF of the same parts; files are written whole or not at all."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.clinic.document import Blanks, Document, Grid, Heading, Items, Text, plain
from trimer.clinic.document.html import html
from trimer.clinic.document.pdf import pdf
from trimer.clinic.document.write import write_documents
from trimer.core.errors import InputError, StoreError

NASTY = ('#panic("x")', '"]#let a = 1', "\\", "<script>alert(1)</script>", "*_`$@~/ //", "{{ 1 }}")


def document(text: str = "Call **at once**.", large: bool = False) -> Document:  # noqa: FBT001, FBT002 (a fixture)
    """Return a document with a part of every kind, all of one text."""
    return Document(
        title=f"T {text}",
        kind="Kind",
        badges=("Simulation, not medical advice",),
        parts=(
            Heading(f"H {text}"), Heading("Two", 2), Text(text), Text(text, "warning"),
            Text(text, "evidence", ("Uy2021",)), Items((text, "b"), "do"), Items((text,), "dont"),
            Items((text,), "steps"), Items((text,)), Blanks(((text, ""), ("known", text))),
            Grid("Caption", ("a", "b"), ((text, "1"), ("", text)), (1, 2)),
            Grid("", ("a",), (("x",),), (), "tall"),
        ),
        foot=("Notice.",),
        large=large,
    )  # fmt: skip


class Words(HTMLParser):
    """Collects the text of a page, and checks that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Remember a tag that has to be closed."""
        del attrs
        if tag not in {"meta", "col", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the last tag."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect text outside the style sheet."""
        if "style" not in self.open:
            self.text += data


@pytest.mark.parametrize("text", NASTY)
def test_no_text_is_taken_for_a_command(text):
    """Whatever a patient file or protocol holds arrives as text."""
    page = Words()
    page.feed(html(document(text)))
    assert page.open == []
    assert page.text.count(text) >= 8
    assert pdf(document(text)).startswith(b"%PDF")
    assert text in plain(document(text))


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30))
def test_any_printable_text_can_be_written(text):
    """HTML stays well formed, the typesetter accepts it."""
    page = Words()
    page.feed(html(document(text)))
    assert page.open == []
    assert pdf(document(text)).startswith(b"%PDF")


def test_the_same_document_gives_the_same_bytes():
    """HTML and PDF alike."""
    assert html(document()) == html(document())
    assert pdf(document()) == pdf(document())


def test_a_page_needs_nothing_beside_it_and_has_what_readers_need():
    """No request, a language, a title, one main heading, heads of columns and rows."""
    page = html(document())
    for part in ('lang="en"', "<title>", "<h1>", 'scope="col"', 'scope="row"', "<strong>at once"):
        assert part in page
    assert page.count("<h1>") == 1
    assert "http" not in page


def test_the_pdf_is_tagged_for_screen_readers():
    """It claims PDF/UA-1 and names language and title."""
    made = pdf(document())
    assert b"pdfuaid" in made or b"MarkInfo" in made


def test_files_are_written_as_their_names_end(tmp_path):
    """HTML, PDF and text in one go."""
    paths = [tmp_path / f"a{end}" for end in (".html", ".pdf", ".txt")]
    write_documents(document(), paths)
    starts = [path.read_bytes()[:5] for path in paths]
    assert starts == [b"<!doc", b"%PDF-", b"T Cal"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.pdf", "a.txt"]


def test_nothing_is_written_over_without_force(tmp_path):
    """One file in the way, and none is written."""
    old, new = tmp_path / "old.html", tmp_path / "new.html"
    old.write_text("mine")
    with pytest.raises(StoreError, match="--force"):
        write_documents(document(), [new, old])
    assert (old.read_text(), new.exists()) == ("mine", False)
    write_documents(document(), [new, old], force=True)
    assert old.read_text() != "mine"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("a.docx", "written as HTML, PDF or text"), ("a", "got the ending ''"),
     ("no/folder/a.html", "there is no folder")],
)  # fmt: skip
def test_names_that_cannot_be_written_are_refused(tmp_path, name, sentence):
    """Before anything is made."""
    with pytest.raises(InputError, match=sentence):
        write_documents(document(), [tmp_path / "good.html", tmp_path / name])
    assert list(tmp_path.iterdir()) == []


def test_the_same_file_twice_is_refused(tmp_path):
    """The second would write over the first."""
    with pytest.raises(InputError, match="named twice"):
        write_documents(document(), [tmp_path / "a.html", tmp_path / "." / "a.html"])
