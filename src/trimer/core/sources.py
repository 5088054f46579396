# SPDX-License-Identifier: Apache-2.0
"""Sources that numbers and equations cite, read from BibTeX.

The part of BibTeX that reference managers write: ``@type{key, field = {value}, ...}`` with
values in braces, in quotes or plain numbers. Text is UTF-8; TeX commands are not interpreted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from trimer.core.errors import SourceError, did_you_mean
from trimer.core.textfile import read_text

_FIELDS = ("author", "title", "year", "journal", "doi", "url", "note")
_ENTRY = re.compile(r"@\s*([A-Za-z]+)\s*\{")
_KEY = re.compile(r"\s*([^\s,{}=\"#%~\\]+)\s*")
_FIELD = re.compile(r"\s*([A-Za-z][\w-]*)\s*=\s*")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Source:
    """Something that can be cited.

    Parameters
    ----------
    key : str
        What card rows and equations cite it by, such as ``Chichili2015``.
    type : str
        BibTeX type, such as ``article``.
    author, title, year, journal, doi, url, note : str
        As far as they are known; else empty.

    Examples
    --------
    >>> print(Source("A2015", "article", author="Chichili, G. R. and Huang, L.", year="2015",
    ...              title="A CD3xCD123 bispecific", journal="Sci Transl Med"))
    Chichili, G. R. and Huang, L. (2015). A CD3xCD123 bispecific. Sci Transl Med.
    """

    key: str
    type: str
    author: str = ""
    title: str = ""
    year: str = ""
    journal: str = ""
    doi: str = ""
    url: str = ""
    note: str = ""

    def __str__(self) -> str:
        """Return the citation in one line."""
        who = f"{self.author} ({self.year})" if self.author and self.year else self.author
        where = f"doi:{self.doi}" if self.doi else self.url
        note = f"[{self.note}]" if self.note else ""
        parts = (who, self.title, self.journal, where, note)
        return " ".join(part if part.endswith("]") else f"{part}." for part in parts if part)


def read_sources(source: Path | str) -> dict[str, Source]:
    """Read sources from a BibTeX file, or from text.

    Parameters
    ----------
    source : Path or str
        A `Path` is a file to read, a `str` is the text itself.

    Returns
    -------
    dict of str to Source
        By key, in the order of the file.

    Raises
    ------
    SourceError
        If the text is not BibTeX, a key comes twice, or an entry has neither author nor title.

    Examples
    --------
    >>> read_sources("@article{A2015, author = {Chichili}, year = 2015}")["A2015"].year
    '2015'
    """
    if isinstance(source, Path):
        return _Reader(read_text(source, SourceError), f"'{source}'").entries()
    return _Reader(source, "the text").entries()


def source(key: str, known: dict[str, Source]) -> Source:
    """Return the source with a key.

    Raises
    ------
    SourceError
        If there is none.
    """
    try:
        return known[key]
    except KeyError:
        message = f"Unknown source '{key}'.{did_you_mean(key, known)}"
        raise SourceError(message) from None


class _Reader:
    """Walks through BibTeX text from left to right."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.at = 0

    def entries(self) -> dict[str, Source]:
        found: dict[str, Source] = {}
        while match := _ENTRY.search(self.text, self.at):
            start, self.at = match.start(), match.end()
            if match[1].lower() == "comment":
                self._braced()
                continue
            entry = self._entry(match[1].lower())
            if entry.key in found:
                self._fail(f"source '{entry.key}' comes twice", start)
            if not (entry.author or entry.title):
                self._fail(f"source '{entry.key}' has neither author nor title", start)
            found[entry.key] = entry
        return found

    def _entry(self, kind: str) -> Source:
        key = self._take(_KEY, "a key such as Chichili2015")
        values: dict[str, str] = {}
        while not self._skip("}"):
            self._expect(",")
            if self._skip("}"):
                break
            name = self._take(_FIELD, "a field such as title = {...}").lower()
            values[name] = " ".join(self._value().split())
        return Source(key, kind, **{name: values.get(name, "") for name in _FIELDS})

    def _value(self) -> str:
        if self._skip("{"):
            return self._braced().replace("{", "").replace("}", "")
        if self._skip('"'):
            return self._quoted().replace("{", "").replace("}", "")
        return self._take(_NUMBER, "a value in braces, in quotes or a number", group=0)

    def _braced(self) -> str:
        """Return what stands before the brace that closes the one just passed."""
        start, depth = self.at, 1
        while self.at < len(self.text):
            depth += {"{": 1, "}": -1}.get(self.text[self.at], 0)
            self.at += 1
            if depth == 0:
                return self.text[start : self.at - 1]
        return self._fail("a brace is not closed", start)

    def _quoted(self) -> str:
        start, depth = self.at, 0
        while self.at < len(self.text):
            letter = self.text[self.at]
            depth += {"{": 1, "}": -1}.get(letter, 0)
            self.at += 1
            if letter == '"' and depth == 0:
                return self.text[start : self.at - 1]
        return self._fail("a quote is not closed", start)

    def _take(self, pattern: re.Pattern[str], wanted: str, group: int = 1) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            return self._fail(f"expected {wanted}", self.at)
        self.at = match.end()
        return match[group]

    def _skip(self, letter: str) -> bool:
        """Pass white space and, if it follows, the letter."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        if not self.text.startswith(letter, self.at):
            return False
        self.at += 1
        return True

    def _expect(self, letter: str) -> None:
        if not self._skip(letter):
            self._fail(f"expected '{letter}'", self.at)

    def _fail(self, what: str, at: int) -> str:
        line = self.text[:at].count("\n") + 1
        got = self.text[at : at + 20].split("\n")[0].strip() or "the end of the line"
        message = f"Not BibTeX in {self.name}, line {line}: {what}; got {got!r}."
        raise SourceError(message)
