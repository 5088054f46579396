# SPDX-License-Identifier: Apache-2.0
"""What is unusual about a course, what may be allowed, how a file and its policy go together."""

from pathlib import Path

import pytest

from trimer.core.errors import Problems
from trimer.protocol import parse_protocol

GOOD = Path(__file__).with_name("course.toml").read_text(encoding="utf-8")
"""A course in which nothing is wrong or unusual."""


def rule(when, do="look again in 30 min", name="yours", **more):
    """A rule as TOML."""
    do = do if do.startswith("[") else f'"{do}"'
    lines = ["[[rule]]", f'name = "{name}"', f'when = "{when}"', f"do = {do}"]
    return "\n".join([*lines, *(f'{key} = "{value}"' for key, value in more.items())]) + "\n"


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


@pytest.mark.parametrize(
    ("what", "pairs"),
    [
        ("first dose over 100 ng/kg/day", [("90 ng/kg/day", "150 ng/kg/day")]),
        ("step over 3 times", [("90 ng/kg/day", "80 ng/kg/day")]),
        ("outpatient order", [('"inpatient"', '"outpatient"')]),
        ("early discharge", [("before_day = 8", "before_day = 2")]),
    ],
)
def test_a_limit_is_passed_with_a_reason(what, pairs):
    """The named allowance, and no other, lets a limit be passed."""
    text = changed(*pairs)
    assert f'what = "{what}"' in refusal(text)[0]
    allowed = parse_protocol(f'{text}\n[[allow]]\nwhat = "{what}"\nreason = "historical"\n')
    assert allowed.allow[0].reason == "historical"
    other = "early discharge" if what == "step over 3 times" else "step over 3 times"
    refusal(f'{text}\n[[allow]]\nwhat = "{other}"\nreason = "historical"\n')


def test_a_blocked_start_can_be_allowed_and_is_warned_of():
    """Premedication that is required and not ordered is allowed for a reason, and still said."""
    text = changed(("30 min before first dose", "30 min after first dose"))
    what = "start without premedication"
    text += f'\n[[allow]]\nwhat = "{what}"\nreason = "to see it"\n'
    assert "a start is blocked without it" in parse_protocol(text).warnings[0]


@pytest.mark.parametrize(
    ("rate", "parts"),
    [
        (500, []),
        (501, ["recommended phase 2 dose"]),
        (700, ["recommended phase 2 dose"]),
        (701, ["highest arm of the registry", "recommended phase 2 dose"]),
        (1000, ["highest arm of the registry", "recommended phase 2 dose"]),
    ],
)
def test_high_rates_are_warned_of(rate, parts):
    """Above 500 and above 700 ng/kg/day there is a warning each, up to 1000."""
    more = '"36 h"\n[[lead_in]]\nrate = "500 ng/kg/day"\ndays = 1'
    text = changed(("500 ng/kg/day", f"{rate} ng/kg/day"), ('"36 h"', more))
    warnings = parse_protocol(text).warnings
    assert len(warnings) == len(parts)
    for warning, part in zip(warnings, parts, strict=True):
        assert part in warning
        assert f"A rate of {rate} ng/kg/day" in warning


def test_limits_of_rates_belong_to_a_drug():
    """Another drug has no limits of flotetuzumab."""
    text = changed(
        ("90 ng/kg/day", "10 mg/day"), ("250 ng/kg/day", "20 mg/day"),
        ("500 ng/kg/day", "900 mg/day"), ('drug = "flotetuzumab"', 'drug = "blinatumomab"'),
    )  # fmt: skip
    assert parse_protocol(text).warnings == ()


WARNED = {
    "a time shorter than between two looks": (
        rule("MAP < 65 mmHg for 2 h"),
        "line 55: rule 'yours' asks for 'MAP < 65 mmHg for 2 h', but vitals are looked at every",
    ),
    "a rise within less than two looks": (rule("rise of temperature in 3 h > 1 C"), "every 4 h"),
    "laboratory tests that come too rarely": (
        rule("ALT > 5 x ULN for 48 h"), "labs are looked at every 3 days",
    ),
    "neurology that comes too rarely": (rule("ICANS >= 2 for 6 h"), "every 12 h at times"),
    "a cycle that does not come": (rule("cycle >= 3"), "can never fire in a course of 2 cycles"),
    "a resume that does not come": (
        rule("CRS >= 3", "hold", resume_when="CRS < 1 and cycle >= 3"),
        "line 55 can never resume in a course of 2 cycles and 3 levels",
    ),
    "a level that does not come": (rule("step > 3"), "2 cycles and 3 levels: 'step > 3'."),
}  # fmt: skip


@pytest.mark.parametrize(("more", "part"), WARNED.values(), ids=WARNED)
def test_what_is_unusual_is_warned_of(more, part):
    """What may be meant is accepted with a warning."""
    (warning,) = parse_protocol(f"{GOOD}\n{more}").warnings
    assert part in warning


@pytest.mark.parametrize(
    ("old", "more", "part"),
    [
        ('labs = ["every 24 h until day 8", "every 72 h"]', "ALT > 5 x ULN", "no labs are ordered"),
        ('labs = ["every 24 h until day 8", "every 72 h"]', "organ_grade >= 3", "no labs are"),
        ('labs = ["every 24 h until day 8", "every 72 h"]', "neutropenia", "no labs are ordered"),
        ('neurology = "every 12 h"', "ICANS >= 2", "no neurology are ordered"),
        ("marrow_days = [25]", "blasts < 5 %", "no marrow_days are ordered"),
    ],
)
def test_a_rule_needs_what_it_reads(old, more, part):
    """A rule that reads what nobody looks at is refused, the policy's rules too."""
    key = old.split(" ")[0]
    problems = refusal(changed((old, f"{key} = []")) + rule(more))
    assert all("Monitoring rarer than a rule needs" in problem for problem in problems)
    assert any("rule 'yours' reads" in problem and part in problem for problem in problems)


def test_no_rules_and_no_restart_table_are_warned_of():
    """A course that nobody watches over is accepted, and said to be one."""
    text = changed(('policy = "trimer-default"\n', ""))
    warnings = parse_protocol(text[: text.index("[[rule]]")]).warnings
    assert [warning.split(" in ")[0] for warning in warnings] == ["No rules", "No restart table"]


def test_a_course_needs_monitoring():
    """Without monitoring, or with no vital signs, a course is refused."""
    start, end = GOOD.index("[monitoring]"), GOOD.index("[hospital]")
    (problem,) = refusal(GOOD[:start] + GOOD[end:])
    assert problem.startswith("Missing 'monitoring' in 'x.toml'")
    assert "No monitoring" in refusal(changed(('vitals = "every 4 h"', "vitals = []")))[0]


def test_rules_of_a_policy_are_replaced_and_left_out_by_name():
    """A rule of the file stands in the place of the policy's; others can be left out."""
    text = changed(('name = "mine"', 'name = "CRS grade 2"'))
    names = [rule.name for rule in parse_protocol(text).rules]
    assert names == [rule.name for rule in parse_protocol(GOOD).rules if rule.name != "mine"]
    text = changed(("[course]", 'leave_out = ["organ stress", "fever"]\n[course]'))
    left = [rule.name for rule in parse_protocol(text).rules]
    assert set(names) - set(left) == {"organ stress", "fever"}
    (problem,) = refusal(text.replace("organ stress", "organ stres"))
    assert problem == (
        "Unknown rule to leave out in 'x.toml', line 4: got 'organ stres'. "
        "Did you mean 'organ stress'?"
    )


def test_caps_of_a_file_lie_over_those_of_its_policy():
    """A cap of the file stands, the others stay; a new usual dose reaches the policy's rules."""
    protocol = parse_protocol(f'{GOOD}\n[drugs.tocilizumab]\ndose = "4 mg/kg"\nin_all = 2\n')
    (limit,) = [limit for limit in protocol.drugs if limit.drug == "tocilizumab"]
    assert (str(limit.dose), limit.in_all, limit.in_24_h, str(limit.max_dose)) == (
        "4 mg/kg", 2, 3, "800 mg",
    )  # fmt: skip
    given = {str(dose.amount) for rule in protocol.rules for dose in rule.doses
             if dose.drug == "tocilizumab"}  # fmt: skip
    assert given == {"4 mg/kg"}


def test_a_dose_by_weight_that_is_cut_in_most_is_unusual():
    """Who writes 20 mg/kg means more than the 800 mg that are given; 8 mg/kg is cut in few."""
    usual = parse_protocol(GOOD + rule("CRS >= 2", do="tocilizumab 8 mg/kg"), "x.toml")
    assert not any("often cut" in text for text in usual.warnings)
    large = parse_protocol(GOOD + rule("CRS >= 2", do="tocilizumab 20 mg/kg"), "x.toml")
    text = next(text for text in large.warnings if "often cut" in text)
    assert "tocilizumab 20 mg/kg, which is over the cap of 800 mg from 40 kg body weight on" in text
