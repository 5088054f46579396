# SPDX-License-Identifier: Apache-2.0
"""The TOML reader and its line numbers."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.errors import InputError, StudyError
from trimer.core.toml import parse_toml, read_toml

TEXT = '''name = "x"          # line 1
note = """
[not.a.table]
key = 1
"""
[arms.flat]           # line 6
protocol = "a"
"odd key" = 1
[[infuse]]
rate = "b"            # line 10
[[infuse]]
dose.amount = 3
[infuse.extra]
[ arms . "step up" ]
'''


@pytest.fixture
def document():
    """Return a document with every kind of key."""
    return parse_toml(TEXT, Path("study.toml"))


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("name",), 1),
        (("note",), 2),
        (("arms", "flat"), 6),
        (("arms", "flat", "protocol"), 7),
        (("arms", "flat", "odd key"), 8),
        (("infuse", 0), 9),
        (("infuse", 0, "rate"), 10),
        (("infuse", 1, "dose", "amount"), 12),
        (("infuse", 1, "extra"), 13),
        (("arms", "step up"), 14),
    ],
)
def test_each_key_has_its_line(document, keys, line):
    """Tables, arrays of tables, dotted and quoted keys are found."""
    assert document.line(*keys) == line


def test_a_missing_key_has_the_line_of_its_table(document):
    """What is not there points at the table it should be in."""
    assert document.line("arms", "flat", "label") == 6
    assert document.line("nothing") is None


def test_text_inside_a_multi_line_string_is_no_key(document):
    """A string that looks like TOML has no lines of its own."""
    assert document.line("not", "a", "table") is None
    assert document.line("key") is None


def test_where_names_file_and_line(document):
    """The place of a key is written as messages write it."""
    assert document.where("arms", "flat", "protocol") == "'study.toml', line 7"
    assert document.where("nothing") == "'study.toml'"
    assert "name, note, arms, infuse" in repr(document)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Empty file"),
        (b" \n", "Empty file"),
        (b"\xff\xfe", "Not text in .*line 1"),
        (b"a = 1\nb = \xff", "Not text in .*line 2"),
        (b"a = '\x00'", "Not text in .*zero byte"),
        (b"a = \n", "Not TOML in .*line 1"),
        (b"a = 1\na = 2\n", "Not TOML in .*line 2"),
        (b"a = " + b"1" * 5000, "Not TOML in"),
        (b"a = " + b"[" * 5000, "Not TOML in .*nested too deeply"),
    ],
)
def test_a_bad_file_gets_a_sentence_with_its_name(tmp_path, content, message):
    """Empty, not text, not TOML: each is said in words, with the error class asked for."""
    path = tmp_path / "study.toml"
    path.write_bytes(content)
    with pytest.raises(StudyError, match=message) as caught:
        read_toml(path, StudyError)
    assert "study.toml" in str(caught.value)


def test_a_missing_file_or_a_folder_gets_a_sentence(tmp_path):
    """A wrong path is an input error, not a traceback."""
    with pytest.raises(InputError, match="there is no such file"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(InputError, match="it is a folder"):
        read_toml(tmp_path)
    with pytest.raises(InputError, match="Cannot read"):
        read_toml(Path("bad\0name"))


def test_a_byte_order_mark_is_no_content(tmp_path):
    """A file saved by a Windows editor reads like any other."""
    path = tmp_path / "study.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1")
    assert read_toml(path).data == {"a": 1}


def test_an_oversized_file_is_refused(tmp_path):
    """Nobody writes 16 MiB by hand: it is the wrong file."""
    path = tmp_path / "study.toml"
    path.write_bytes(b"#" * (16 * 1024 * 1024 + 1))
    with pytest.raises(InputError, match="larger than 16 MiB"):
        read_toml(path)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content):
    """Reading a file never fails in any other way than with an input error."""
    path = tmp_path_factory.getbasetemp() / "fuzz.toml"
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        read_toml(path)


@given(st.text(alphabet="[]abc.=\"'\n 1{},#\\", max_size=60))
def test_any_text_that_is_toml_has_lines_within_it(text):
    """Line numbers lie within the file, whatever is written in it."""
    with contextlib.suppress(InputError):
        document = parse_toml(text, Path("x.toml"))
        assert all(1 <= line <= text.count("\n") + 1 for line in document.lines.values())
