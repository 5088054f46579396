# SPDX-License-Identifier: Apache-2.0
"""Studies in TOML, right and wrong."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trimer import library
from trimer.core.errors import InputError, Problems, StudyError
from trimer.trial import Arm, Study
from trimer.trial.read import find_study, read_study


def problems(path):
    """Return what is wrong with a study."""
    with pytest.raises(Problems) as caught:
        read_study(path)
    return caught.value.problems


def test_a_study_is_read(write):
    """Every field arrives, a label falls back on the arm's name, a protocol on its own file."""
    study = read_study(write())
    assert (study.name, study.patients, study.seed) == ("small", 14, 5)
    assert (study.days, study.every_hours, study.cohort) == (30.0, 6.0, "reference")
    assert [(arm.name, arm.label) for arm in study.arms] == [
        ("multi-step", "Multi-step lead-in"), ("own", "own"),
    ]  # fmt: skip
    assert study.arms[1].protocol.infusions[0].rate.value == 100
    assert study.text.startswith("[study]")
    assert "14 patients in 2 arms" in repr(study)


def test_the_shipped_study_is_the_flagship():
    """Two arms of 1,000 on one ward over two cycles, which differ in the course alone."""
    study = read_study(find_study("flotetuzumab-lead-in"))
    assert study.patients == 1000
    assert study.model == "flotetuzumab"
    multi, flat = (arm.protocol for arm in study.arms)
    assert [rate.value for rate in multi.course.levels] == [30, 60, 100, 200, 300, 400, 500]
    assert [rate.value for rate in flat.course.levels] == [500]
    assert multi.course.minutes == flat.course.minutes == 56 * 1440
    assert multi.rules == flat.rules
    assert multi.premedication == flat.premedication
    assert multi.monitoring == flat.monitoring


def test_the_reference_study_is_that_of_fixed_schedules():
    """Continuous over two cycles, dexamethasone at the same clock times, no rules."""
    study = read_study(find_study("reference-lead-in"))
    assert study.model == "flotetuzumab-reference"
    multi, flat = (arm.protocol for arm in study.arms)
    assert [infusion.rate.value for infusion in multi.infusions] == [
        30, 60, 100, 200, 300, 400, 500,
    ]  # fmt: skip
    assert [infusion.rate.value for infusion in flat.infusions] == [500]
    assert multi.days == flat.days == 56
    assert multi.doses == flat.doses
    assert {dose.drug for dose in flat.doses} == {"dexamethasone"}


OWN = '[arms.own]\nprotocol = "own.toml"'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "patients = 14",
            'patients = "many"',
            "'patients'.*line 6: got 'many'; it must be a whole",
        ),
        ("patients = 14", "patients = 0", "line 6: got 0; it must be a whole number from 1"),
        ("patients = 14", "patients = 14.5", "line 6: got 14.5"),
        ("patients = 14\n", "", "Missing 'patients'.*line 1.*Write it like patients = 1000"),
        ("seed = 5", "seed = 5\nsed = 5", "Unknown key 'sed'.*line 8. Did you mean 'seed'"),
        ("seed = 5", "seed = -1", "line 7: got -1; it must be a whole number from 0"),
        ("days = 30", "days = nan", "line 8: got nan; it must be a positive number of days"),
        ("every_hours = 6", "every_hours = 0", "line 9: got 0; it must be a number of hours"),
        ('"small"', '"a/b"', "line 2: got 'a/b'; it must be a name of letters"),
        ("-reference", "-referenc", "line 5: Unknown model.*Did you mean 'flotetuzumab-reference'"),
        (
            "seed = 5",
            'seed = 5\ncohort = "x"',
            r"line 8: No cohort 'x': it is no shipped cohort and no file\.",
        ),
        ("-multi-step", "-multistep", "line 12: .*Did you mean 'reference-multi-step'"),
        ('"own.toml"', '"gone.toml"', "'gone.toml'.*line 16: it is no file beside the study"),
        ('"own.toml"', "30", "Wrong 'protocol'.*line 16: got 30; it must be the name"),
        ('protocol = "own.toml"\n', "", "Missing 'protocol'.*line 15"),
        (OWN, "[arm.own]", "Unknown key 'arm'.*line 15. Did you mean 'arms'"),
        (OWN, "[arms]\nown = 3", "Wrong arm 'own'.*line 16: it must be a table"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_allowed(write, old, new, message):
    """One sentence: what, file and line, what was found, what is allowed."""
    found = problems(write((old, new)))
    assert len(found) == 1, found
    assert re.search(message, found[0]), found


def test_every_problem_is_listed_not_the_first(write):
    """Study, arms and the protocols they name are all looked at."""
    path = write(
        ("patients = 14", "patients = 0"),
        ("seed = 5", "sed = 5"),
        ("reference-multi-step", "nothing"),
        protocol='name = "own"\n[[infuse]]\ndrug = "flotetuzumab"\nrate = 30\ndays = -1\n',
    )
    found = "\n".join(problems(path))
    for part in (
        "'patients'",
        "'sed'",
        "Missing 'seed'",
        "'nothing'",
        "own.toml', line 4",
        "line 5",
    ):
        assert part in found
    assert len(found.splitlines()) == 6


def test_a_study_without_arms_or_table_says_so(tmp_path):
    """Both are asked for at once."""
    path = tmp_path / "s.toml"
    path.write_text('title = "x"\n')
    found = "\n".join(problems(path))
    for part in ("Unknown key 'title'", "No table [study]", "No arm in"):
        assert part in found
    path.write_text("study = 1\narms = {}\n")
    assert len(problems(path)) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Empty"),
        (b"\xff\xfe\x00", "[Nn]ot text"),
        (b"[study\n", "Not TOML"),
        (None, "[Nn]o file|Missing"),
    ],
)
def test_what_is_no_toml_says_so(tmp_path, content, message):
    """Missing, empty, not text, not TOML: a sentence with the path."""
    path = tmp_path / "s.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_study(path)
    assert "s.toml" in str(caught.value)
    assert caught.value.exit_code == 1


def test_a_study_is_found_by_path_or_name(tmp_path):
    """A name that is neither gets a suggestion."""
    assert find_study("flotetuzumab-lead-in") == library.study_path("flotetuzumab-lead-in")
    assert find_study(str(tmp_path)) == tmp_path
    with pytest.raises(StudyError, match="Did you mean 'flotetuzumab-lead-in'"):
        find_study("flotetuzumab-leadin")


def test_numbers_of_a_study_in_python_are_checked():
    """The dataclass refuses what no file may say."""
    with pytest.raises(StudyError, match="No arm"):
        Study("s", ())
    study = read_study(find_study("flotetuzumab-lead-in"))
    assert study.with_numbers(patients=3, seed=0).patients == 3
    with pytest.raises(StudyError, match="0 patients"):
        study.with_numbers(patients=0)
    assert isinstance(study.arms[0], Arm)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(
        st.integers() | st.text(max_size=5) | st.floats() | st.booleans(),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["study", "arms", "x", "name", "protocol"]), inner)
        ),
        max_leaves=6,
    )
)
def test_whatever_toml_says_the_answer_is_a_sentence(tmp_path, value):
    """Any TOML is a study or an InputError, never another exception."""
    path = tmp_path / "fuzz.toml"
    table = value if isinstance(value, dict) else {"study": value}
    path.write_text("".join(f"{key} = {_toml(part)}\n" for key, part in table.items()))
    with pytest.raises(InputError):
        read_study(path)


def _toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, str) else repr(value)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200))
def test_whatever_bytes_a_study_has_the_answer_is_a_sentence(tmp_path, content):
    """Any bytes are an InputError, never another exception."""
    path = tmp_path / "fuzz.toml"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_study(path)
