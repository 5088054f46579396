# SPDX-License-Identifier: Apache-2.0
"""A wrong targets file is refused with a sentence that says where and what."""

import pytest

from trimer.core.errors import InputError, UnknownName
from trimer.trial.targets import read_targets

SCENARIO = """
[[scenario]]
name = "two-step"
title = "Two-step lead-in"
model = "flotetuzumab"
protocol = "flotetuzumab-two-step-phase-1"
cohort = "unselected"
days = 28
every_hours = 2
outputs = ["IL6"]
"""
TARGET = """
[[target]]
id = "V6"
observable = "CRS of grade 3 or more"
kind = "share"
test = "Q"
use = "fit"
scale = "Lee 2014"
source = ["Crs2018"]
read = "found"
n = 30
where = "two-step"
measure = "grade_share"
with = { at_least = 3 }
unit = "%"
value = 13.3
count = 4
low = 3.8
high = 30.7
interval = "exact (Clopper-Pearson)"
"""
SOURCES = "@misc{Crs2018, title = {CRS}}"


@pytest.fixture
def read(tmp_path):
    """Return a function that reads a targets file of a text."""

    def made(text, sources=SOURCES):
        path = tmp_path / "own.toml"
        path.write_text(text)
        path.with_suffix(".bib").write_text(sources)
        return read_targets(path)

    return made


def test_the_example_is_read(read):
    """As it stands it is in order."""
    assert read(SCENARIO + TARGET)["V6"].parts[0].count == 4


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('source = ["Crs2018"]', "", r"Missing 'source' in '.*', line 12"),
        ("n = 30", "", "Missing 'n'"),
        ('scale = "Lee 2014"', "", "Missing 'scale'"),
        ('"Crs2018"', '"Crs2081"', r"Unknown source 'Crs2081' .* Did you mean 'Crs2018'"),
        ('kind = "share"', 'kind = "sharp"', r"got 'sharp'; it is one of share.* Did you mean 's"),
        ('use = "fit"', 'use = "fitted"', r"got 'fitted'; it is one of fit"),
        ('scale = "Lee 2014"', 'scale = "Lee 2041"', r"Did you mean 'Lee 2014'"),
        ('scale = "Lee 2014"', 'scale = "none"', "No scale of target 'V6'"),
        ("count = 4", "count = 5", r"got 13.3 %, but 5 of 30 is 16.7 %"),
        ("count = 4", "", "Missing 'count'"),
        ("low = 3.8", "low = 4.8", r"got 4.8 to 30.7, but the exact one of 4 of 30 is 3.8 to 30.7"),
        ("low = 3.8", "", "belong together"),
        ("low = 3.8", "low = 14", "the value lies inside"),
        ("value = 13.3", 'value = "13"', r"Wrong number in .*: got '13'"),
        ("value = 13.3", "value = nan", "it is a finite number"),
        ('where = "two-step"', 'where = "two-stop"', r"Did you mean 'two-step'"),
        ('"grade_share"', '"grade_shares"', r"Unknown measure .* Did you mean 'grade_share'"),
        ("with = { at_least = 3 }", "", "Missing option 'at_least'"),
        ("{ at_least = 3 }", "{ at_least = 3, at_lest = 1 }", "Unknown option 'at_lest'"),
        ("unit =", "unite =", r"Unknown key 'unite' .* Did you mean 'unit'"),
        ('measure = "grade_share"', 'against = "two-step"\nmeasure = "grade_share"',
         "compares nothing; leave it out"),
        ('use = "fit"', 'use = "not applicable"', "Missing 'reason' of target 'V6'"),
        ('use = "fit"', 'use = "fit"\nreason = "Because."', "Remove one of them"),
        ('kind = "share"', 'kind = "ordering"', "No order of target 'V6'"),
        ('kind = "share"', 'kind = "limit"', "No limit of target 'V6'"),
        ('kind = "share"', 'kind = "shares"', "Incomplete shares"),
        ("days = 28", "days = 0", r"Wrong number in .*, line 8: got 0; it is above 0"),
        ('model = "flotetuzumab"', 'model = "flote"', r"Wrong model in .*, line 5: Unknown"),
        ("two-step-phase-1", "two-step-phase-2", "Wrong protocol in .*Unknown protocol"),
        ('outputs = ["IL6"]', "outputs = []", "it is a list of texts"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(read, old, new, words):
    """One sentence for one mistake, with file and line."""
    text = SCENARIO + TARGET
    assert old in text
    with pytest.raises(InputError, match=words):
        read(text.replace(old, new))


def test_all_mistakes_are_named_at_once(read):
    """One look at the file is enough."""
    text = SCENARIO + TARGET.replace('kind = "share"', 'kind = "s"').replace("n = 30\n", "")
    with pytest.raises(InputError) as caught:
        read(text)
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SCENARIO, "No target in"),
        (SCENARIO + TARGET + TARGET, "Target 'V6' stands twice"),
        (SCENARIO + SCENARIO + TARGET, "Scenario 'two-step' stands twice"),
        (SCENARIO + TARGET + '[[pool]]\nname = "a"\ntitle = "A"\nnote = "b"\nparts = {two-stop=1}',
         r"Wrong part of pool 'a'.*Did you mean 'two-step'"),
        ("x", "Not TOML"),
        ("", "Empty file"),
    ],
)  # fmt: skip
def test_files_that_are_no_targets(read, text, words):
    """Empty, twice, of unknown parts."""
    with pytest.raises(InputError, match=words):
        read(text)


def test_sources_have_to_be_there(tmp_path):
    """The list of sources has the name of the file."""
    path = tmp_path / "own.toml"
    path.write_text(SCENARIO + TARGET)
    with pytest.raises(InputError, match=r"Missing file '.*own.bib'"):
        read_targets(path)


def test_an_unknown_row_is_named(targets):
    """With what was probably meant."""
    with pytest.raises(UnknownName, match=r"Unknown target 'V103'\. Did you mean 'V10'"):
        targets.select(["V103"])
    with pytest.raises(UnknownName, match="Unknown scenario 'two'"):
        targets.members("two")
