# SPDX-License-Identifier: Apache-2.0
"""Protocols read from TOML and written to it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer import library
from trimer.core.errors import InputError, Problems, ProtocolError
from trimer.core.sources import read_sources
from trimer.protocol import Protocol, parse_protocol, read_protocol, to_toml

GOOD = """
name = "two-step"
title = "Two steps"
sources = ["Uy2021"]
note = "first line\\nsecond line"

[[infuse]]
drug = "flotetuzumab"
rate = "30 ng/kg/day"
days = 3

[[infuse]]
drug = "flotetuzumab"
rate = "100 ng/kg/day"
start = "day 4.5"
days = 4

[[infuse]]
drug = "flotetuzumab"
rate = "500 ng/kg/day"
start_days = 10
days = 4

[[give]]
drug = "dexamethasone"
dose = "10 mg"
at = "day 0"

[[give]]
drug = "dexamethasone"
dose = "4 mg"
at_days = 0.5
"""
INFUSE = '[[infuse]]\ndrug = "flotetuzumab"\nrate = "30 ng/kg/day"\n'


def problems(text):
    """Everything that is wrong with the text of a file."""
    with pytest.raises(Problems) as refusal:
        parse_protocol(text, "x.toml")
    return refusal.value.problems


def test_a_file_is_read():
    """A file gives the protocol that the same steps in Python give."""
    assert parse_protocol(GOOD) == (
        Protocol("two-step", "Two steps", sources=("Uy2021",), note="first line\nsecond line")
        .infuse("30 ng/kg/day", days=3)
        .infuse("100 ng/kg/day", days=4, start_days=4.5)
        .infuse("500 ng/kg/day", days=4, start_days=10)
        .give("dexamethasone 10 mg", at_days=0)
        .give("dexamethasone 4 mg", at_days=0.5)
    )


def test_a_file_is_read_from_disk(tmp_path):
    """The path may be text or a path."""
    path = tmp_path / "two-step.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_protocol(path) == read_protocol(str(path)) == parse_protocol(GOOD)


def test_every_problem_is_named_with_its_line():
    """All problems are told at once, each with file, line, what was found and what to do."""
    text = (
        'nam = "x"\n'
        "[[infuse]]\n"
        'drug = "flotetuzumab"\n'
        "rate = 30\n"
        "days = -1\n"
        "[[give]]\n"
        'drug = "dexa methasone"\n'
        'dose = "10 mgg"\n'
        'at = "noon"\n'
    )
    found = problems(text)
    starts = [
        "Unknown key 'nam' in 'x.toml', line 1. Did you mean 'name'?",
        "Missing 'name' in 'x.toml': it has to be there. Write it like name = \"flat\".",
        "Wrong rate in 'x.toml', line 4: got 30, a number without a unit;",
        "Wrong duration in 'x.toml', line 5: got -1; a duration is a positive number of days",
        "Wrong drug in 'x.toml', line 7: got 'dexa methasone';",
        "Wrong dose in 'x.toml', line 8: got '10 mgg';",
        "Wrong time in 'x.toml', line 9: got 'noon';",
    ]
    assert len(found) == len(starts)
    for problem, start in zip(found, starts, strict=True):
        assert problem.startswith(start)
        assert problem[-1] in ".?"


def test_overlapping_infusions_are_named_with_both_lines():
    """Overlapping infusions of one drug are refused with file, lines and both intervals."""
    second = INFUSE.replace("30", "60") + 'start = "day 1"\ndays = 2\n'
    (problem,) = problems('name = "x"\n' + INFUSE + "days = 2\n" + second)
    assert problem.startswith(
        "Overlapping infusions of flotetuzumab in 'x.toml', lines 2 and 6: got 30 ng/kg/day from "
        "day 0 to day 2 and 60 ng/kg/day from day 1 to day 3;"
    )


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ('name = "x"\n', "Empty protocol in 'x.toml': nothing is given."),
        ('name = "x"\ninfuse = []\n', "Empty protocol in 'x.toml': nothing is given."),
        ('name = "x"\ninfuse = 3\n', "Wrong 'infuse' in 'x.toml', line 2: got a int; each step is"),
        ('name = "x"\ngive = [1]\n', "Wrong 'give' in 'x.toml', line 2: got a list;"),
        ('name = ""\n' + INFUSE + "days = 1", "Wrong text in 'x.toml', line 1: got '';"),
        ("name = 3\n" + INFUSE + "days = 1", "Wrong text in 'x.toml', line 1: got 3;"),
        ('name = "x"\ntitle = 3\n' + INFUSE + "days = 1", "Wrong text in 'x.toml', line 2: got 3;"),
        ('name = "x"\nnote = []\n' + INFUSE + "days = 1", "Wrong text in 'x.toml', line 2: got []"),
        ('name = "x"\nsources = "U"\n' + INFUSE + "days = 1", "Wrong sources in 'x.toml', line 2:"),
        ('name = "x"\nsources = [1]\n' + INFUSE + "days = 1", "Wrong sources in 'x.toml', line 2:"),
        ('name = "x"\n' + INFUSE, "Missing 'days' in 'x.toml', line 2:"),
        ('name = "x"\n' + INFUSE + "days = 1\ndose = 2", "Unknown key 'dose' in 'x.toml', line 6."),
        ('name = "x"\n' + INFUSE + "days = 1\nstart = 2", "Wrong time in 'x.toml', line 6: got 2;"),
        (
            'name = "x"\n' + INFUSE + 'days = 1\nstart_days = "day 1"',
            "Wrong time in 'x.toml', line 6: got 'day 1';",
        ),
        (
            'name = "x"\n' + INFUSE + 'days = 1\nstart = "day 1"\nstart_days = 1',
            "Two times in 'x.toml', line 7: got both 'start' and 'start_days'; one is enough.",
        ),
        (
            'name = "x"\n[[give]]\ndrug = "dexamethasone"\ndose = "1 mg"',
            "Missing 'at' in 'x.toml', line 2:",
        ),
    ],
)
def test_one_problem_gets_one_sentence(text, start):
    """A single mistake is told once, with its line."""
    (problem,) = problems(text)
    assert problem.startswith(start)


def test_a_mistake_is_not_told_twice():
    """After a wrong infusion, those that would start at its end are not complained about."""
    text = 'name = "x"\n' + INFUSE + "days = 0\n" + INFUSE + "days = 1\n" + INFUSE + "days = 1\n"
    assert len(problems(text)) == 1


@pytest.mark.parametrize(
    "content", [b"", b"  \n", b"\xff\xfe\x00", b"name = ", b"a" * 40, b"\x89PNG"]
)
def test_what_is_no_toml_is_refused(tmp_path, content):
    """An empty file, a binary file and a file in another language are refused by name."""
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(ProtocolError, match=r"odd\.toml"):
        read_protocol(path)


def test_a_missing_file_is_refused(tmp_path):
    """A file that is not there is refused by name."""
    with pytest.raises(ProtocolError, match=r"none\.toml"):
        read_protocol(tmp_path / "none.toml")


def test_nothing_drifts_in_a_thousand_intervals():
    """A thousand infusions of a tenth of a day end on day 100, each where the next one starts."""
    protocol = parse_protocol('name = "long"\n' + (INFUSE + "days = 0.1\n") * 1000)
    starts = [event.time_days for event in protocol.events() if event.amount > 0]
    ends = [event.time_days for event in protocol.events() if event.amount == 0]
    assert starts == [k / 10 for k in range(1000)]
    assert ends == [(k + 1) / 10 for k in range(1000)]


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20).filter(
    str.isprintable
)
DURATIONS = st.decimals("0.001", 30, places=3).map(float) | st.floats(0.001, 30)
RATES = st.sampled_from(["30 ng/kg/day", "1.25 ng/kg/h", "0.5 mg/day", "2 µg/kg/day"])
DOSES = st.sampled_from(["dexamethasone 10 mg", "tocilizumab 8 mg/kg", "flotetuzumab 500 ng"])


@st.composite
def protocols(draw):
    """Draw any protocol with at least one step."""
    protocol = Protocol(
        draw(TEXTS.filter(str.strip)),
        draw(TEXTS),
        sources=tuple(draw(st.lists(TEXTS, max_size=2))),
        note="\n".join(draw(st.lists(TEXTS, max_size=3))),
    )
    for _ in range(draw(st.integers(1, 5))):
        drug = draw(st.sampled_from(["flotetuzumab", "blinatumomab"]))
        if draw(st.booleans()):
            protocol = protocol.pause(days=draw(DURATIONS), drug=drug)
        protocol = protocol.infuse(draw(RATES), days=draw(DURATIONS), drug=drug)
    for _ in range(draw(st.integers(0, 3))):
        protocol = protocol.give(draw(DOSES), at_days=draw(st.floats(0, 100)))
    return protocol


@given(protocols())
def test_a_protocol_there_and_back(protocol):
    """A protocol written as TOML and read is the same protocol, with the same events."""
    again = parse_protocol(to_toml(protocol))
    assert again == protocol
    assert again.events() == protocol.events()


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["flotetuzumab", "30 ng/kg/day", "10 mg", "day 1"]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(
    [
        "name",
        "title",
        "sources",
        "note",
        "drug",
        "rate",
        "days",
        "start",
        "start_days",
        "dose",
        "at",
    ]
)


def as_toml(value):
    """Write a value as TOML; what TOML has not becomes an inline table."""
    if value is None:
        return "{ odd = 1 }"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(c if c.isalnum() or c in " /" else "?" for c in value) + '"'
    return repr(value)


@given(st.lists(st.tuples(KEYS, VALUES) | st.sampled_from(["[[infuse]]", "[[give]]"]), max_size=15))
def test_fuzzed_files_are_read_or_refused(lines):
    """Whatever well-formed lines a file has, the answer is a protocol or sentences."""
    text = "\n".join(x if isinstance(x, str) else f"{x[0]} = {as_toml(x[1])}" for x in lines)
    with suppress(InputError):
        parse_protocol(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    """Whatever text a file has, the answer is a protocol or sentences."""
    with suppress(InputError):
        parse_protocol(text)


@given(st.data())
def test_damaged_files_are_read_or_refused(data):
    """A good file with a piece cut out or replaced is read or refused, never more."""
    start = data.draw(st.integers(0, len(GOOD)))
    stop = data.draw(st.integers(start, min(len(GOOD), start + 30)))
    piece = data.draw(
        st.text(max_size=5) | st.sampled_from(["[", "]]", '"', "=", "\n", "0x" + "f" * 5000])
    )
    with suppress(InputError):
        parse_protocol(GOOD[:start] + piece + GOOD[stop:])


@pytest.mark.parametrize("name", library.protocol_names())
def test_shipped_protocols_are_whole(name):
    """Each shipped protocol is read, is named like its file and has sources that exist."""
    path = library.protocol_path(name)
    protocol = read_protocol(path)
    assert protocol.name == name
    assert protocol.title
    assert set(protocol.sources) <= set(read_sources(path.parent / "sources.bib"))
    assert parse_protocol(to_toml(protocol)) == protocol


def test_the_two_reference_arms_differ_in_the_lead_in_alone():
    """Both arms run for 56 days at 500 ng/kg/day from day 6 on, with the same dexamethasone."""
    multi, flat = (
        read_protocol(library.protocol_path(f"reference-{kind}")) for kind in ("multi-step", "flat")
    )
    rates = [(step.start_days, step.end_days, step.rate.value) for step in multi.infusions]
    lead_in = [30, 60, 100, 200, 300, 400]
    assert rates == [*((day, day + 1, rate) for day, rate in enumerate(lead_in)), (6, 56, 500)]
    assert [(step.start_days, step.end_days, step.rate.value) for step in flat.infusions] == [
        (0, 56, 500)
    ]
    assert all(step.rate.per_kg for step in (*multi.infusions, *flat.infusions))
    doses = [(dose.drug, dose.at_days, dose.amount.value, dose.amount.unit) for dose in multi.doses]
    times = {0: 10, 0.5: 4, 1: 4, 2: 4, 3: 4}
    assert doses == [("dexamethasone", at, amount, "mg") for at, amount in times.items()]
    assert multi.doses == flat.doses
