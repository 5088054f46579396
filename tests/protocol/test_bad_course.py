# SPDX-License-Identifier: Apache-2.0
"""What is wrong or unusual with a protocol that has a course: named with file and line."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.errors import InputError, Problems
from trimer.protocol import parse_protocol

GOOD = Path(__file__).with_name("course.toml").read_text(encoding="utf-8")
"""A course in which nothing is wrong or unusual."""


def rule(when, do="look again in 30 min", name="yours", **more):
    """A rule as TOML."""
    do = do if do.startswith("[") else f'"{do}"'
    lines = ["[[rule]]", f'name = "{name}"', f'when = "{when}"', f"do = {do}"]
    return "\n".join([*lines, *(f'{key} = "{value}"' for key, value in more.items())]) + "\n"


def gap(text):
    """A row of a restart table as TOML."""
    return f'[[restart]]\ngap = "{text}"\nat = "same rate"\n'


def refusal(text):
    """Everything that is wrong with a text."""
    with pytest.raises(Problems) as refused:
        parse_protocol(text, "x.toml")
    return refused.value.problems


def changed(*pairs):
    """The good text with some parts replaced."""
    text = GOOD
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def test_the_good_text_is_good():
    """Nothing is wrong with the text that the other tests damage, and nothing unusual."""
    protocol = parse_protocol(GOOD)
    assert protocol.warnings == ()
    assert [step.minutes for step in protocol.course.lead_in] == [1440, 1440, 2160]
    assert protocol.rules[-1].name == "mine"
    assert protocol.pump.change_minutes == 10


ONE_PROBLEM = {
    "a first dose over the limit": (
        [("90 ng/kg/day", "101 ng/kg/day")],
        "A first dose of 101 ng/kg/day, above 100 ng/kg/day, in 'x.toml', line 12: no lead-in",
    ),
    "a step of more than three times": (
        [("90 ng/kg/day", "80 ng/kg/day")],
        "A step from 80 ng/kg/day to 250 ng/kg/day, more than 3 times in 'x.toml', line 19: large",
    ),
    "a step to maintenance of more than three times": (
        [("250 ng/kg/day", "150 ng/kg/day")],
        "A step from 150 ng/kg/day to 500 ng/kg/day, more than 3 times in 'x.toml', line 6: large",
    ),
    "a rate over the highest": (
        [("500 ng/kg/day", "1001 ng/kg/day"), ("250 ng/kg/day", "400 ng/kg/day"),
         ("90 ng/kg/day", "100 ng/kg/day"), ("pause_days = 1", 'rate = "250 ng/kg/day"\ndays = 1')],
        "A rate of 1001 ng/kg/day, above 1000 ng/kg/day, in 'x.toml', line 6: the planned range",
    ),
    "an outpatient order": (
        [('"inpatient"', '"outpatient"')],
        "Wrong order in 'x.toml', line 38: got 'outpatient'; the drug is given by professionals",
    ),
    "an early discharge": (
        [("before_day = 8", "before_day = 7")],
        "Early discharge in 'x.toml', line 39: got day 7; nobody goes home before day 8.",
    ),
    "a start without its premedication": (
        [('["dexamethasone"]', '["dexamethasone", "acetaminophen"]')],
        "Missing premedication in 'x.toml', line 46: the start requires acetaminophen, which is",
    ),
    "premedication that comes after the first dose": (
        [("30 min before first", "30 min after first")],
        "Missing premedication in 'x.toml', line 46: the start requires dexamethasone, which is",
    ),
    "a lead-in longer than a cycle": (
        [("days = 1\n\n[[lead_in]]\npause", "days = 26\n\n[[lead_in]]\npause")],
        "Lead-in longer than a cycle in 'x.toml', line 12: got 28.5 days of 28.",
    ),
    "a lead-in that begins with a pause": (
        [('rate = "90 ng/kg/day"\ndays = 1', "pause_days = 1"),
         ("250 ng/kg/day", "100 ng/kg/day"), ("500 ng/kg/day", "300 ng/kg/day")],
        "A lead-in that begins with a pause in 'x.toml', line 12;",
    ),
    "different units of rates": (
        [("90 ng/kg/day", "90 ng/day")],
        "Different units of rates in 'x.toml', line 4: got ng/day, ng/kg/day;",
    ),
    "a step that is a pause and a rate": (
        [("pause_days = 1", 'pause_days = 1\nrate = "100 ng/kg/day"')],
        "Two meanings in 'x.toml', line 16: got pause_days, rate;",
    ),
    "a step with two lengths": (
        [('for = "36 h"', 'for = "36 h"\ndays = 2')],
        "Two meanings in 'x.toml', line 19: got rate, for, days;",
    ),
    "a step of no length": (
        [('for = "36 h"', 'for = "0 h"')],
        "Wrong duration in 'x.toml', line 21: got '0 h'; it is at least 1 min.",
    ),
    "a negative length": (
        [('for = "36 h"', 'for = "-3 h"')],
        "Wrong duration in 'x.toml', line 21: got '-3 h';",
    ),
    "no whole minutes": (
        [("pause_days = 1", "pause_days = 0.00001")],
        "Wrong time in 'x.toml', line 17: got 1e-05 days; times of a course are whole minutes.",
    ),
    "a cycle of no length": (
        [("cycle_days = 28", "cycle_days = 0")],
        "Wrong number in 'x.toml', line 8: got 0; it is a whole number from 1 to 1000.",
    ),
    "no cycles": (
        [("cycles = 2\n", "cycles = -1\n")],
        "Wrong number in 'x.toml', line 7: got -1; it is a whole number from 1 to 1000.",
    ),
    "an unknown pattern": (
        [("4 days on, 3 days off", "on and off")],
        "Wrong pattern in 'x.toml', line 10: got 'on and off';",
    ),
    "an unknown policy": (
        [("trimer-default", "trimer-defualt")],
        "Unknown policy in 'x.toml', line 2: got 'trimer-defualt'. Did you mean 'trimer-default'?",
    ),
    "an unknown premedication": (
        [("dexamethasone 10 mg", "dexametasone 10 mg")],
        "Unknown drug 'dexametasone' in 'x.toml', line 24. Did you mean 'dexamethasone'?",
    ),
    "premedication at no time": (
        [("30 min before first dose", "before the first dose")],
        "Wrong time of premedication in 'x.toml', line 25: got 'before the first dose';",
    ),
    "an unknown key": (
        [("marrow_days", "marow_days")],
        "Unknown key 'marow_days' in 'x.toml', line 35. Did you mean 'marrow_days'?",
    ),
    "a required drug that nobody can give": (
        [('["dexamethasone"]', '["dexamethasone", "aspirin"]')],
        "Unknown drug 'aspirin' in 'x.toml', line 46.",
    ),
    "a hold without an end": (
        [('resume_when = "temperature < 38 C"\n', ""), ('resume = "same rate"\n', "")],
        "Hold without an end in 'x.toml', line 48: rule 'mine' says hold, but not when to resume.",
    ),
    "a resume without a hold": (
        [('["hold", "tocilizumab"]', '"tocilizumab"')],
        "Resume without a hold in 'x.toml', line 48: rule 'mine' says when to resume, but does not",
    ),
    "a hold that resumes at once": (
        [("temperature < 38 C", "temperature < 39.5 C")],
        "Contradiction in 'x.toml', line 48: rule 'mine' can hold and resume at once, since",
    ),
    "an unknown way to resume": (
        [("same rate", "same speed")],
        "Unknown way to resume in 'x.toml', line 53: got 'same speed'. Did you mean 'same rate'?",
    ),
    "an unknown action": (
        [('"hold", ', '"hodl", ')],
        "Unknown action in 'x.toml', line 51: got 'hodl'. Did you mean 'hold'?",
    ),
    "a unit that is missing": (
        [("temperature >= 39 C", "temperature >= 39")],
        "Wrong condition in 'x.toml', line 48: 'temperature' needs a unit: got 39;",
    ),
    "an unknown quantity": (
        [("temperature >= 39 C", "temprature >= 39 C")],
        "Wrong condition in 'x.toml', line 48: unknown quantity 'temprature'. Did you mean 't",
    ),
    "a condition that cannot be read": (
        [("temperature >= 39 C", "temperature => 39 C")],
        "Wrong condition in 'x.toml', line 50:",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("pairs", "start"), ONE_PROBLEM.values(), ids=ONE_PROBLEM)
def test_what_is_wrong_is_named_with_file_and_line(pairs, start):
    """Each mistake is one sentence that says where, what was found and what to do."""
    problems = refusal(changed(*pairs))
    assert problems[0].startswith(start)
    assert len(problems) == 1
    assert problems[0].rstrip("^ ").rstrip()[-1] in '.?"' or "^" in problems[0]


ADDED = {
    "a rule that can never hold": (
        rule("CRS >= 3 and CRS <= 1"),
        ["Rule 'yours' in 'x.toml', line 55 can never fire: 'CRS >= 3 and CRS <= 1' contradicts"],
    ),
    "a limit beyond what there is": (
        rule("SpO2 > 101 %"), ["Wrong condition in 'x.toml', line 55: 'SpO2 > 101 %' can never"],
    ),
    "two rules of one name": (
        rule("CRS >= 3", name="mine"),
        ["Two rules of one name in 'x.toml', line 55: got 'mine' twice. Rename one of them."],
    ),
    "opposite orders": (
        rule("SpO2 < 97 %", "lower oxygen every 1 h"),
        ["Contradiction in 'x.toml', line 55: rules 'oxygen for hypoxia' and 'yours' ask for oppo"],
    ),
    "a rule without anything to do": (
        rule("CRS >= 3", "[]"), ["Nothing to do in 'x.toml', line 58: got []."],
    ),
    "a dose over its cap": (
        rule("CRS >= 3", "tocilizumab 801 mg"),
        ["Dose over its cap in 'x.toml', line 55: got tocilizumab 801 mg; at most 800 mg"],
    ),
    "two wrong actions of one rule": (
        rule("CRS >= 3", '["hodl", "half speed"]'),
        ["Unknown action in 'x.toml', line 58: got 'hodl'.", "Unknown action in 'x.toml'"],
    ),
    "a hole in the restart table": (
        gap("under 4 h") + gap("over 24 h"),
        ["Hole in the restart table of 'x.toml', line 55: no row for gaps of 4 h to 24 h."],
    ),
    "an overlap in the restart table": (
        gap("under 6 h") + gap("over 4 h"),
        ["Overlap in the restart table of 'x.toml', line 55: got 'over 4 h', but the row"],
    ),
    "an unknown restart": (
        '[[restart]]\ngap = "any"\nat = "one step bak"\npremedicate = "yes"\n',
        ["Unknown way to restart in 'x.toml', line 57: got 'one step bak'. Did you mean 'one step",
         "Wrong value in 'x.toml', line 58: got 'yes'; it is true or false."],
    ),
    "caps that are wrong": (
        '[drugs.tocilizumab]\ndose = "900 mg"\nmax = "800 mg"\nunder_thirty_kg = "1 mg"\n',
        ["Unknown key 'under_thirty_kg' in 'x.toml', line 58. Did you mean 'under_30_kg'?",
         "Dose over its cap in 'x.toml', line 56: got tocilizumab 900 mg; at most 800 mg"],
    ),
    "caps of a drug that nobody gives": (
        '[drugs.aspirin]\ndose = "1 mg"\n', ["Unknown drug 'aspirin' in 'x.toml', line 55."],
    ),
    "an allowance that no limit answers to": (
        '[[allow]]\nwhat = "step over 3 time"\nreason = "why not"\n',
        ["Unknown allowance in 'x.toml', line 56: got 'step over 3 time'. Did you mean 'step over"],
    ),
    "an allowance without a reason": (
        '[[allow]]\nwhat = "step over 3 times"\nreason = " "\n', ["Wrong text in 'x.toml', line"],
    ),
    "single infusions beside a course": (
        '[[infuse]]\ndrug = "flotetuzumab"\nrate = "30 ng/kg/day"\ndays = 1\n',
        ["Two ways of dosing in 'x.toml': got both [course] and [[infuse]] or [[give]];"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("more", "starts"), ADDED.values(), ids=ADDED)
def test_what_is_added_wrongly_is_named_with_file_and_line(more, starts):
    """Rules, tables, caps and allowances that are wrong are named where they stand."""
    problems = refusal(f"{GOOD}\n{more}")
    assert len(problems) >= len(starts)
    for start in starts:
        assert any(problem.startswith(start) for problem in problems), problems


SHAPES = {
    "a course that is no table": ("course = 3", "Wrong 'course' in 'x.toml', line 2: got a int;"),
    "caps that are no table": ("drugs = 3", "Wrong 'drugs' in 'x.toml', line 2: got a int; each"),
    "caps of a drug that are none": (
        "drugs.tocilizumab = 3", "Wrong caps in 'x.toml', line 2: got 3; each drug is one table.",
    ),
    "caps of one drug twice": (
        "drugs = {platelets = {in_all = 1}, platelet_units = {in_all = 2}}", "Wrong caps in 'x.t",
    ),
    "two doses for small patients": (
        'drugs.tocilizumab = {under_30_kg = "1 mg", under_40_kg = "1 mg"}', "Two doses for small",
    ),
    "a lead-in that is no list": ("lead_in = 3", "Wrong 'lead_in' in 'x.toml', line 2: got a int"),
    "two policies": ('rules_from = "mine"', "Two policies in 'x.toml', line 2: got both policy,"),
    "names that are none": ("leave_out = 7", "Wrong names in 'x.toml', line 2: got 7;"),
    "a truth that is none": (
        'monitoring = {vitals = "every 4 h", continuous = 1}', "Wrong value in 'x.toml', line 2:",
    ),
    "a source that is no text": (
        'rule = [{name = "a", when = "fever", do = "half rate", source = 3}]',
        "Wrong text in 'x.toml', line 2: got 3; it is one line of text.",
    ),
    "a name of two lines": (
        'rule = [{name = "a\\nb", when = "fever", do = "half rate"}]',
        "Wrong name in 'x.toml', line 2: got 'a\\nb'; it is one line of text.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("line", "start"), SHAPES.values(), ids=SHAPES)
def test_parts_of_another_shape_are_refused(line, start):
    """Tables, lists, names and truths have the shape they should have."""
    key = line.replace(".", " ").split(" ")[0]
    head, _, rest = GOOD.partition("\n")
    blocks = [b for b in rest.split("\n\n") if not b.startswith((f"[{key}", f"[[{key}"))]
    problems = refusal("\n".join([head, line, "\n\n".join(blocks)]))
    assert any(problem.startswith(start) for problem in problems), problems


def test_all_problems_are_told_at_once():
    """Mistakes of the course, of rules and of the whole come in one refusal."""
    problems = refusal(
        changed(
            ("90 ng/kg/day", "101 ng/kg/day"), ('"inpatient"', '"outpatient"'),
            ("temperature >= 39 C", "temperature >= 39"), ('requires = ["d', 'requires = ["x'),
            ("marrow_days", "marow_days"),
        )
        + rule("CRS >= 3 and CRS < 3")
    )  # fmt: skip
    assert len(problems) == 6
    problems = refusal(
        changed(("500 ng/kg/day", "500"), ('"hold", ', ""), ('"inpatient"', '"outpatient"'))
    )
    assert [problem.split(" in ")[0] for problem in problems] == [
        "Wrong rate", "Resume without a hold", "Wrong order",
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["policy", "rule", "restart", "monitoring", "start"])
def test_parts_of_a_course_need_one(key):
    """Rules and what else belongs to a course are refused without it."""
    value = '"trimer-default"' if key == "policy" else "[]" if key in ("rule", "restart") else "{}"
    text = f'name = "x"\n{key} = {value}\n[[infuse]]\ndrug = "a"\nrate = "1 ng/day"\ndays = 1\n'
    (problem,) = refusal(text)
    assert problem.startswith(f"No course in 'x.toml': got '{key}', which belongs to a course.")


@given(st.data())
def test_damaged_files_are_read_or_refused(data):
    """Whatever is cut out or put in, the file is read or refused with sentences."""
    start = data.draw(st.integers(0, len(GOOD)))
    stop = data.draw(st.integers(start, min(len(GOOD), start + 60)))
    piece = data.draw(
        st.text(max_size=5)
        | st.sampled_from(["[", "]]", '"', "=", "\n", "0", "-1", "0x" + "f" * 5000, "{}", "true"])
    )
    with suppress(InputError):
        parse_protocol(GOOD[:start] + piece + GOOD[stop:])
