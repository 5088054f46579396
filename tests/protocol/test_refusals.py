# SPDX-License-Identifier: Apache-2.0
"""The mistakes that matter most, each with the whole sentence that names it."""

from pathlib import Path

import pytest

from trimer.core.errors import Problems
from trimer.protocol import parse_protocol

GOOD = Path(__file__).with_name("course.toml").read_text(encoding="utf-8")
"""A course of 53 lines in which nothing is wrong or unusual."""

RULE = '\n[[rule]]\nname = "yours"\n'
LOOK = 'do = "look again in 30 min"\n'


def row(gap):
    """A row of a restart table as TOML."""
    return f'\n[[restart]]\ngap = "{gap}"\nat = "same rate"\n'


REFUSED = {
    "contradictory rules": (
        f'{RULE}when = "CRS >= 2"\ndo = "hold"\nresume_when = "CRS <= 2"\n',
        (
            "Contradiction in 'x.toml', line 55: rule 'yours' can hold and resume at once, since "
            "'CRS >= 2' and 'CRS <= 2' can be true together. Change one of them."
        ),
    ),
    "a rule that can never fire": (
        f'{RULE}when = "CRS >= 3 and CRS <= 1"\n{LOOK}',
        (
            "Rule 'yours' in 'x.toml', line 55 can never fire: 'CRS >= 3 and CRS <= 1' contradicts "
            "itself. Change or remove it."
        ),
    ),
    "a resume with no hold": (
        f'{RULE}when = "CRS >= 3"\n{LOOK}resume_when = "CRS <= 1"\n',
        (
            "Resume without a hold in 'x.toml', line 55: rule 'yours' says when to resume, but "
            'does not hold. Add "hold" to do, or remove resume_when and resume.'
        ),
    ),
    "a resume that never comes": (
        f'{RULE}when = "CRS >= 3"\ndo = "hold"\nresume_when = "CRS < 1 and CRS > 2"\n',
        (
            "Hold without an end in 'x.toml', line 55: rule 'yours' resumes when "
            "'CRS < 1 and CRS > 2', which contradicts itself. Change it."
        ),
    ),
    "a hole in the restart table": (
        row("under 4 h") + row("over 24 h"),
        "Hole in the restart table of 'x.toml', line 55: no row for gaps of 4 h to 24 h. Add one.",
    ),
    "an overlap in the restart table": (
        row("under 6 h") + row("over 4 h"),
        (
            "Overlap in the restart table of 'x.toml', line 55: got 'over 4 h', but the row "
            "before it ends at 6 h; every gap has one row. Shorten one of them."
        ),
    ),
    "a dose over its cap": (
        f'{RULE}when = "CRS >= 3"\ndo = "tocilizumab 900 mg"\n',
        (
            "Dose over its cap in 'x.toml', line 55: got tocilizumab 900 mg; at most 800 mg is "
            "given. Lower the dose, or raise the cap."
        ),
    ),
    "a small patient's dose over its cap": (
        '\n[drugs.tocilizumab]\nunder_30_kg = "900 mg"\n',
        (
            "Dose over its cap in 'x.toml', line 56: got tocilizumab 900 mg; at most 800 mg is "
            "given. Lower the dose, or raise the cap."
        ),
    ),
    "a unit that is missing": (
        f'{RULE}when = "temperature >= 38.5"\n{LOOK}',
        "Wrong condition in 'x.toml', line 55: 'temperature' needs a unit: got 38.5;",
    ),
}


@pytest.mark.parametrize(("more", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_added_is_refused_with_this_sentence(more, sentence):
    """One mistake is one sentence, which says where it is and what to do."""
    with pytest.raises(Problems) as refusal:
        parse_protocol(GOOD + more, "x.toml")
    (problem,) = refusal.value.problems
    assert problem == sentence if sentence.endswith(".") else problem.startswith(sentence)


CHANGED = {
    "a step over a limit": (
        [('rate = "250 ng/kg/day"', 'rate = "300 ng/kg/day"')],
        (
            "A step from 90 ng/kg/day to 300 ng/kg/day, more than 3 times in 'x.toml', line 19: "
            "large steps bring large reactions (limit assumed). Lower it, or add [[allow]] with "
            'what = "step over 3 times" and a reason.'
        ),
    ),
    "a rule that nobody's looks serve": (
        [
            ("marrow_days = [25]\n", ""),
            ("temperature >= 39 C for 8 h", "blasts < 5 %"),
            ("temperature < 38 C", "blasts >= 5 %"),
        ],
        (
            "Monitoring rarer than a rule needs in 'x.toml', line 47: rule 'mine' reads 'blasts', "
            "but no marrow_days are ordered. Add marrow_days to [monitoring]."
        ),
    ),
    "rates that no limit can be compared with": (
        [("ng/kg/day", "ng/day")],
        (
            "A rate of 500 ng/day in 'x.toml', line 6: the limits of flotetuzumab are in "
            "ng/kg/day, so none of them can be checked. Convert it, or add [[allow]] with what = "
            '"rate in other units" and a reason.'
        ),
    ),
    "a bag that is changed without an end": (
        [('"10 min"', '"96 h"')],
        (
            "Bag change without an end in 'x.toml', line 43: got 4 days for a change every 4 "
            "days, so no drug ever flows. Shorten it."
        ),
    ),
    "a bag change that is no interval": (
        [('bag_change = "every 96 h"', "bag_change = []")],
        (
            "Wrong interval in 'x.toml', line 42: got []; it is \"every\" and a duration, and "
            'holds for good. Write it like "every 96 h".'
        ),
    ),
    "an order that is none": (
        [('"inpatient"', '"home"')],
        (
            "Wrong order in 'x.toml', line 38: got 'home'; it is \"inpatient\" or \"outpatient\". "
            'Write "inpatient".'
        ),
    ),
    "premedication too far away": (
        [("30 min before first", "8 days before first")],
        (
            "Wrong time of premedication in 'x.toml', line 25: got '8 days before first dose'; it "
            "is at most 7 days away. Write a shorter time."
        ),
    ),
}


@pytest.mark.parametrize(("pairs", "sentence"), CHANGED.values(), ids=CHANGED)
def test_what_is_changed_is_refused_with_this_sentence(pairs, sentence):
    """One mistake is one sentence, which says where it is and what to do."""
    text = GOOD
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(Problems) as refusal:
        parse_protocol(text, "x.toml")
    assert refusal.value.problems[0] == sentence


def test_rates_in_other_units_are_allowed_with_a_reason():
    """A dose that does not go by weight is possible where somebody says why."""
    text = GOOD.replace("ng/kg/day", "ug/day")
    allowance = '\n[[allow]]\nwhat = "rate in other units"\nreason = "a flat dose"\n'
    assert parse_protocol(text + allowance).warnings == ()


UNUSUAL = {
    "a restart with nothing to give": (
        '[[premedication]]\ngive = "dexamethasone 8 mg"\nwhen = "30 min before restart"\n', "",
        ("Nothing to premedicate with in 'x.toml': the restart table says premedicate (after a gap "
        "of '4 h to 24 h'), but nothing is ordered for it, so the infusion goes on without. Add "
        '[[premedication]] with when = "30 min before restart".'),
    ),
    "marrow that no cycle reaches": (
        "[25]", "[25, 29]",
        ("Marrow day after the end of a cycle in 'x.toml', line 35: got day 29 of 28; nobody looks "
        "then. Write an earlier day."),
    ),
    "looks that come too rarely": (
        'vitals = "every 4 h"', 'vitals = "every 12 h"',
        ("Monitoring rarer than a rule needs in 'x.toml', line 48: rule 'mine' asks for "
        "'temperature >= 39 C for 8 h', but vitals are looked at every 12 h at times. Look more "
        "often, or ask for a longer time."),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sentence"), UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_only_unusual_is_warned_of_with_this_sentence(old, new, sentence):
    """It may be meant, so it is read, and said."""
    assert GOOD.count(old) == 1
    assert sentence in parse_protocol(GOOD.replace(old, new), "x.toml").warnings
