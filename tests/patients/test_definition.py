# SPDX-License-Identifier: Apache-2.0
"""Cohort files: what is read, what is inherited, and what is said of mistakes."""

import re
from types import SimpleNamespace

import pytest

from trimer import library
from trimer.core.errors import CohortError, InputError, Problems
from trimer.patients import Draw
from trimer.patients.read import read_definition

BIB = "@misc{Own, author = {{Own}}, note = {assumed}}\n"
RESTS = 'source = "Own"\nbasis = "assumed"\n'
COHORT = f"""\
[cohort]
name = "own"
title = "Our own"
description = "People of our own."

[factors.a]
definition = "one thing"
{RESTS}
[factors.b]
definition = "another thing"
{RESTS}
[factors.c]
definition = "a third thing"
{RESTS}
[correlations.ab]
between = ["a", "b"]
value = 0.5
{RESTS}
[parameters.CL]
loadings = {{ a = 0.6 }}
{RESTS}
[parameters.kk]
effects = {{ b = 0.4 }}
spread = "lognormal cv 30%"
unit = "1/day"
{RESTS}
[prior.blood_T]
loss_per_course = 0.25
recovery_days = 90
{RESTS}
[induction]
title = "7+3"
courses = [{{ start_day = 0, days = 7, share = 1 }}]
assessed_day = 28
remission_percent = 5
follow_days = 365
{RESTS}
[history.failed]
title = "failed"
courses = 2
gap_days = 35
{RESTS}
[history.failed.limits.blasts_day_28]
above = 5
unit = "%"
{RESTS}
[covariates.score]
definition = "a, as measured"
factor = "a"
noise_sd = 0.4
{RESTS}"""

CARD = [
    SimpleNamespace(name="CL", value=38.0, unit="L/day", spread="lognormal cv 40%"),
    SimpleNamespace(name="kk", value=1.8, unit="1/day", spread="lognormal cv 30%"),
    SimpleNamespace(name="blood_T", value=900.0, unit="cell/uL", spread="lognormal sd 0.5"),
    SimpleNamespace(name="share", value=0.5, unit="1", spread="beta 2 2"),
    SimpleNamespace(name="Q", value=24.0, unit="L/day", spread=""),
]


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a cohort, some of its text replaced, with its sources."""

    def write(*changes, text=COHORT, name="own.toml"):
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        (tmp_path / "own.bib").write_text(BIB)
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def problems(path, card=None):
    """Return what is said of a file, and of how it fits a card."""
    try:
        definition = read_definition(path)
        if card is not None:
            Draw(definition, card)
    except InputError as error:
        return error.problems
    return ()


def test_a_definition_says_what_the_file_says(write):
    """Every part arrives with its numbers and what they rest on."""
    definition = read_definition(write())
    assert definition.correlation_matrix() == [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]
    clearance, killing = definition.variations
    assert clearance.loadings == {"a": 0.6}
    assert killing.effects == {"b": 0.4}
    (history,) = definition.histories
    assert (history.courses, history.gap_days) == (2, 35)
    assert str(history.limits[0]) == "blasts_day_28 above 5 %"
    assert definition.scores[0].noise_sd == 0.4
    assert definition.induction.courses[0].days == 7
    assert definition.variations[0].evidence.source == ("Own",)
    assert definition.screened
    assert definition.response_criteria


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value = 0.5", "value = 1.5", "line 23: got 1.5; it must be a number from -1 to 1"),
        ("value = 0.5", "value = 0.5\nvale = 1", "Unknown key 'vale' in .*Did you mean 'value'"),
        ("{ a = 0.6 }", "{ a = 1.2 }", "line 28: got 1.2; it must be .*from -1 to 1"),
        ("{ a = 0.6 }", "{ aa = 0.6 }", "Unknown factor 'aa' in .*'loadings' of 'CL'"),
        (
            "{ a = 0.6 }",
            "{ a = 0.9, b = 0.9 }",
            "Loadings of 'CL' .*line 28.*243% of its variance; at most 100%",
        ),
        ('["a", "b"]', '["a", "d"]', "Unknown factor 'd' in .*line 22"),
        ('["a", "b"]', '["a", "a"]', "line 22: got 'a' twice"),
        ("[factors.a]", "[factor.a]", "Unknown key 'factor'.*Did you mean 'factors'"),
        ('source = "Own"', 'source = "Onw"', "Unknown source 'Onw' in .*Did you mean 'Own'"),
        ('basis = "assumed"', 'basis = "guessed"', "got 'guessed'; it must be measured, fitted"),
        ('factor = "a"', 'factor = "z"', "Unknown factor 'z' in .*'factor' of 'score'"),
        ("lognormal cv 30%", "lognormal cv", "Spread of 'kk' in .*got 'lognormal cv'; allowed"),
        ('unit = "1/day"\n', "", "Missing 'unit' in .*the numbers of a spread have one"),
        ("above = 5\n", "", "No limit of 'blasts_day_28' in .*give one or two of"),
        ("above = 5", "above = 9\nbelow = 3", "got from 9 to 3; the lower one has to be below"),
        ("gap_days = 35", "gap_days = -1", "Wrong 'gap_days' in .*got -1; it is not negative"),
        ("courses = 2", "courses = 2.5", "Wrong 'courses' in .*got 2.5; it must be a whole"),
        ("= 0.25", "= 1.0", "Wrong 'loss_per_course' in .*got 1.0; it must be a share from 0"),
        ("days = 7", "days = 0", "Wrong 'days' in .*got 0; it must be a positive number"),
        ("follow_days = 365", "follow_days = 9", "Wrong 'follow_days' in .*got 9; remission is"),
        ('title = "Our own"\n', "", "Missing 'title' in .*line 1: it must be one line of text"),
        ('name = "own"', 'name = "own"\nkeep = ["fail"]', "Unknown history 'fail'.*'failed'"),
        ('name = "own"', 'name = "own"\nbased_on = "x"', "Wrong 'based_on' in .*line 3: got 'x'"),
        ("{ a = 0.6 }", "{}", "Nothing said of 'CL' in .*give its spread, loadings or effects"),
    ],
)
def test_one_mistake_is_one_sentence(write, old, new, message):
    """What is wrong, in which file and line, what is allowed."""
    found = problems(write((old, new)))
    assert len(found) == 1, found
    assert re.search(message, found[0]), found[0]
    assert "own.toml" in found[0]
    assert found[0].endswith((".", "?"))


def test_a_matrix_nobody_can_have_is_refused(write):
    """Three correlations that contradict each other are told with their values."""
    more = "".join(
        f'[correlations.{one}{two}]\nbetween = ["{one}", "{two}"]\nvalue = {value}\n{RESTS}'
        for one, two, value in (("a", "c", -0.9), ("b", "c", 0.9))
    )
    before = ("[parameters.CL]", f"{more}[parameters.CL]")
    (found,) = problems(write(("value = 0.5", "value = 0.9"), before))
    assert "not positive definite (a and b 0.9, a and c -0.9, b and c 0.9)" in found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[parameters.CL]", "[parameters.LC]", "Unknown parameter 'LC' in cohort 'own'"),
        ('unit = "1/day"', 'unit = "1/h"', "Wrong unit of 'kk' .*got 1/h; .* has it in 1/day"),
        ("[parameters.CL]", "[parameters.Q]", "Loadings of 'Q' .*it is the same in everyone"),
        (
            '[parameters.kk]\neffects = { b = 0.4 }\nspread = "lognormal cv 30%"\nunit = "1/day"',
            "[parameters.share]\neffects = { b = 0.4 }",
            "Effects on 'share' .*act on a logarithm, and its spread is 'beta 2 2'",
        ),
    ],
)
def test_a_cohort_that_does_not_fit_the_model_says_why(write, old, new, message):
    """A parameter that is missing, or is there in another form, is named."""
    found = problems(write((old, new)), CARD)
    assert len(found) == 1, found
    assert re.search(message, found[0]), found[0]


def test_what_is_optional_may_be_missing(write):
    """A parameter of a newer model is passed over where the model has none."""
    path = write(("[parameters.CL]", "[parameters.new]\noptional = true"))
    assert problems(path, CARD) == ()


def test_what_is_based_on_another_takes_its_tables_whole(write):
    """A table of the child replaces the parent's; the line that is wrong is found in its file."""
    write()
    child = (
        '[cohort]\nname = "child"\ntitle = "Child"\ndescription = "A child."\n'
        f'based_on = "own.toml"\n[parameters.CL]\nloadings = {{ a = 0.2 }}\n{RESTS}'
    )
    definition = read_definition(write(text=child, name="child.toml"))
    assert definition.name == "child"
    assert definition.variations[0].loadings == {"a": 0.2}
    assert definition.variations[1].effects == {"b": 0.4}
    assert definition.histories[0].courses == 2
    (found,) = problems(write(("0.2", "2.0"), text=child, name="child.toml"))
    assert "child.toml', line 7" in found
    write(("value = 0.5", "value = 5"))
    (found,) = problems(write(text=child, name="child.toml"))
    assert "own.toml', line 23" in found


def test_nothing_is_based_on_itself(write):
    """A circle is refused with the file that closes it."""
    path = write(('name = "own"', 'name = "own"\nbased_on = "own.toml"'))
    with pytest.raises(CohortError, match=r"line 3: 'own\.toml' is this cohort or based on it"):
        read_definition(path)


@pytest.mark.parametrize("text", ["", "x = 1\n", "not toml", "[cohort]\nname = 3\n"])
def test_a_file_that_is_no_cohort_is_refused(write, text):
    """Empty, no TOML, no table of that name, or a wrong one: a sentence each."""
    with pytest.raises((CohortError, Problems), match=r"own\.toml"):
        read_definition(write(text=text))


def test_shipped_cohorts_are_in_order():
    """Each is read, and every number in it has a source that is known and a basis."""
    shipped = {name: library.cohort_path(name) for name in library.cohort_names()}
    assert {"pif", "early-relapse", "late-relapse", "unselected", "mds"} <= shipped.keys()
    for name, path in shipped.items():
        definition = read_definition(path, shipped)
        assert definition.name == name
        parts = (*definition.factors, *definition.correlations, *definition.named,
                 *definition.limits, *definition.histories, *definition.scores)  # fmt: skip
        assert {key for part in parts for key in part.evidence.source} <= definition.sources.keys()
        assert definition.response_criteria == (name != "mds")
