# SPDX-License-Identifier: Apache-2.0
"""Judging conditions on patients: three values, what lasts, counts, times, trends, memory."""

from __future__ import annotations

from itertools import product
from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.condition import And, Change, Flag, Not, Or, Quantity, bind, parse
from trimer.core.condition.memory import NOT_YET
from trimer.core.condition.trend import Trend
from trimer.core.errors import ConditionError

KNOWN = {
    q.name: q
    for q in (
        Quantity("temperature", "degC", "vital", "body temperature", 25, 45),
        Quantity("MAP", "mmHg", "vital", "pressure", 0, 250),
        Quantity("ALT", "U/L", "lab", "enzyme", 0, inf),
        Quantity("ANC", "G/L", "lab", "neutrophils", 0, inf),
        Quantity("CRS", "", "grade", "CRS grade", 0, 5),
        Quantity("fever", "", "flag", "fever"),
        Quantity("held", "", "flag", "held"),
        Quantity("hold", "", "event", "held"),
        Quantity("fluids", "", "drug", "a dose"),
    )
}
LIMITS = {"ALT": (nan, 40.0), "ANC": (1.8, nan)}


class Scene:
    """Patients at a look; what is not given was never read."""

    def __init__(self, minute, values, *, fresh=(), baseline=(), doses=(), events=()):
        n = len(minute)
        self.minute = np.array(minute, np.int64)
        self.values = {q: np.full(n, nan) for q in KNOWN}
        self.values |= {q: np.array(v, float) for q, v in dict(values).items()}
        self.fresh = {q: np.ones(n, np.bool_) for q in KNOWN}
        self.fresh |= {q: np.array(v, np.bool_) for q, v in dict(fresh).items()}
        self.baseline = {q: np.full(n, nan) for q in KNOWN}
        self.baseline |= {q: np.array(v, float) for q, v in dict(baseline).items()}
        self.doses, self.events = dict(doses), dict(events)

    def count(self, drug, within_minutes):
        """Count doses from a list of minutes for each patient."""
        given = self.doses.get(drug, [[]] * len(self.minute))
        window = inf if within_minutes is None else within_minutes
        return np.array(
            [
                sum(now - window < at <= now for at in times)
                for now, times in zip(self.minute, given, strict=True)
            ],
            dtype=float,
        )

    def since_minutes(self, event):
        """Return minutes since the minute of an event."""
        return self.minute - np.array(self.events.get(event, np.full(len(self.minute), nan)))


def looks(text, *scenes):
    """Return what a condition says of the first patient at each look: True, False or None."""
    bound = bind([parse(text)], KNOWN, LIMITS)
    memory = bound.memory(len(scenes[0].minute))
    said = []
    for scene in scenes:
        yes, no = bound.look(scene, memory)
        assert not (yes & no).any()
        said.append(True if yes[0, 0] else False if no[0, 0] else None)
    return said


def temperatures(*readings):
    """Return a look an hour for each reading; None is a missed one."""
    scenes, last = [], nan
    for hour, reading in enumerate(readings):
        last = last if reading is None else reading
        scenes.append(
            Scene(
                [60 * hour], {"temperature": [last]}, fresh={"temperature": [reading is not None]}
            )
        )
    return scenes


# ---------------------------------------------------------------------- three values
VALUE = {True: 1.0, False: 0.0, None: nan}
NOT = {True: False, False: True, None: None}
AND = {pair: min(pair, key=[False, None, True].index) for pair in product(VALUE, VALUE)}
OR = {pair: max(pair, key=[False, None, True].index) for pair in product(VALUE, VALUE)}


@pytest.mark.parametrize(("first", "second"), list(product(VALUE, VALUE)))
def test_logic_is_that_of_kleene(first, second):
    """Every cell of the tables of and, or, not: unknown is between false and true."""
    scene = Scene([0], {"fever": [VALUE[first]], "held": [VALUE[second]]})
    assert looks("fever and held", scene) == [AND[first, second]]
    assert looks("fever or held", scene) == [OR[first, second]]
    assert looks("not fever", scene) == [NOT[first]]
    assert looks("not (fever and not held)", scene) == [NOT[AND[first, NOT[second]]]]


@pytest.mark.parametrize("operator", [">", ">=", "<", "<=", "=", "!="])
@pytest.mark.parametrize("value", [37.9, 38.0, 38.1, nan])
def test_every_comparison(operator, value):
    """Comparisons are those of numbers, at the limit too; unknown if nothing was read."""
    wanted = {
        ">": value > 38, ">=": value >= 38, "<": value < 38, "<=": value <= 38,
        "=": value == 38, "!=": value != 38,
    }[operator]  # fmt: skip
    scene = Scene([0], {"temperature": [value]})
    assert looks(f"temperature {operator} 38 C", scene) == [None if isnan(value) else wanted]


# ---------------------------------------------------------------------- limits, baseline
def test_multiples_of_limits_and_of_the_first_reading():
    """A multiple is of the limit of normal, or of each patient's own first reading."""
    scene = Scene([0], {"ALT": [121.0], "ANC": [0.8]}, baseline={"ALT": [60.0]})
    assert looks("ALT > 3 x ULN", scene) == [True]
    assert looks("ALT > 3.1 x ULN", scene) == [False]
    assert looks("ANC < 0.5 x LLN", scene) == [True]
    assert looks("ALT > 2 x baseline", scene) == [True]
    assert looks("ALT >= 3 x baseline", scene) == [False]
    assert looks("ANC < 2 x baseline", scene) == [None]


@pytest.mark.parametrize("text", ["ALT < 1 x LLN", "ANC > 2 x ULN"])
def test_a_limit_that_is_not_there_is_refused(text):
    """A multiple of a limit that nobody knows would never hold: it is said when bound."""
    with pytest.raises(ConditionError, match=r"no [UL]LN is known of") as error:
        bind([parse(text)], KNOWN, LIMITS)
    assert str(error.value).endswith(f"    {text}\n    {' ' * 6}^")


def test_an_unchecked_condition_is_refused():
    """A unit that does not fit is not taken for another."""
    with pytest.raises(ConditionError, match="does not fit"):
        bind([parse("temperature > 38 mmHg")], KNOWN, LIMITS)


# ---------------------------------------------------------------------- what lasts
@pytest.mark.parametrize(
    ("readings", "said"),
    [
        ([39, 39, 39, 39], [False, False, True, True]),
        ([39, 37, 39, 39, 39], [False, False, False, False, True]),
        ([39, None, 39], [False, False, True]),
        ([39, None, None], [False, False, True]),
        ([37, None, 39, 39, None], [False, False, False, False, True]),
        ([None, None, None], [None, None, None]),
        ([None, 39, None, None], [None, False, False, True]),
        ([39, None, 37, None, 39], [False, False, False, False, False]),
    ],
)
def test_for_a_duration(readings, said):
    """It runs from the first reading at which it holds; a missed reading breaks nothing."""
    assert looks("temperature >= 38 C for 2 h", *temperatures(*readings)) == said


@pytest.mark.parametrize(
    ("readings", "said"),
    [
        ([39, 39, 39], [False, True, True]),
        ([39, None, 39], [False, False, True]),
        ([39, None, None], [False, False, False]),
        ([39, 37, 39, 39], [False, False, False, True]),
        ([None, 39, 39], [None, False, True]),
        ([39, 39, None], [False, True, True]),
    ],
)
def test_for_readings(readings, said):
    """Readings count, looks without one don't; one reading at which it fails begins anew."""
    assert looks("temperature >= 38 C for 2 readings", *temperatures(*readings)) == said


def test_not_for_a_duration():
    """What has not held for long is false, so its opposite is true."""
    assert looks("not temperature >= 38 C for 1 h", *temperatures(39, 39)) == [True, False]


def test_a_duration_before_the_first_dose():
    """Minutes are negative during premedication; durations run through."""
    scenes = [Scene([minute], {"fever": [1.0]}) for minute in (-90, -60, -30, 0, 30)]
    assert looks("fever for 1 h", *scenes) == [False, False, True, True, True]


def test_more_readings_than_a_row_counts():
    """A row of readings has no end."""
    scenes = [Scene([0], {"fever": [1.0]})] * 1010
    assert looks("fever for 100 readings", *scenes)[-1] is True


# ---------------------------------------------------------------------- counts, times, trends
def test_doses_are_counted():
    """Doses count in all, or within a time before now."""
    scene = Scene([3000], {}, doses={"fluids": [[0, 1400, 2000]]})
    assert looks("fluids doses >= 3", scene) == [True]
    assert looks("fluids doses in 24 h >= 2", scene) == [False]
    assert looks("fluids doses in 2 days = 2", scene) == [True]


def test_time_since_an_event_or_a_dose():
    """Time since what never happened is not known."""
    scene = Scene([120], {}, events={"hold": [0.0]})
    assert looks("time since hold >= 2 h", scene) == [True]
    assert looks("time since hold < 119 min", scene) == [False]
    assert looks("time since fluids >= 1 min", scene) == [None]
    assert looks("not time since fluids < 1 min", scene) == [None]


@pytest.mark.parametrize(
    ("readings", "rise", "fall"),
    [
        ([37, 38.5], [None, True], [None, False]),
        ([37, None, 38.5], [None, None, True], [None, None, False]),
        ([37, 37, 37, 37, 38.5], [None, False, False, False, True], [None] + [False] * 4),
        ([37, 38, 38, 38.4, 38.4], [None, True, True, True, False], [None] + [False] * 4),
        ([40, 37.5, 38.6], [None, False, True], [None, True, True]),
        ([37, None, None, None, 38], [None, None, None, None, None], [None] * 5),
    ],
)
def test_a_rise_and_a_fall(readings, rise, fall):
    """The latest reading is set against the lowest or highest reading in the time before."""
    scenes = temperatures(*readings)
    assert looks("rise of temperature in 3 h >= 1 C", *scenes) == rise
    assert looks("fall of temperature in 3 h >= 1 C", *scenes) == fall


def test_a_rise_sees_every_hourly_reading_of_its_time():
    """A rise over a day is right with a reading an hour: none of the day is forgotten."""
    scenes = temperatures(37, *[38.5] * 25)
    assert looks("rise of temperature in 24 h >= 1 C", *scenes) == [None, *[True] * 24, False]


@pytest.mark.parametrize(
    ("text", "before", "now"),
    [
        ("rise of temperature in 3 h >= 1.2 C", 37.0, 38.2),
        ("fall of temperature in 3 h >= 1.2 C", 38.2, 37.0),
        ("not temperature > 1.1 x baseline", 34.1, 37.51),
        ("not MAP > 3 x baseline", 0.7, 2.1),
        ("not ALT > 3 x ULN", 1.2, 3.6),
    ],
)
def test_a_limit_is_met_as_on_paper(text, before, now):
    """Decimals that a computer cannot write exactly do not move a limit."""
    (name,) = parse(text).quantities
    scenes = [
        Scene([60 * k], {name: [value]}, baseline={name: [before]})
        for k, value in enumerate((before, now))
    ]
    bound = bind([parse(text)], KNOWN, {"ALT": (nan, before)})
    memory = bound.memory(1)
    yes = [bound.look(scene, memory)[0][0, 0] for scene in scenes][-1]
    assert yes


@given(
    st.lists(st.tuples(st.integers(1, 90), st.integers(350, 410)), min_size=2, max_size=120),
    st.sampled_from(["rise", "fall"]),
    st.sampled_from([45, 180, 360, 3000]),
)
def test_a_trend_forgets_no_reading_however_many_there_are(readings, direction, over):
    """With readings close together a trend is right but for a blur at the beginning of its time."""
    trend, sign = Trend.start(Change("MAP", direction, over), 1), 1 if direction == "rise" else -1
    now, read = 0, []
    for wait, value in readings:
        now += wait
        at = np.array([now])
        trend.remember(np.array([value / 10]), at, np.array([True]))
        found = trend.rise(at)[0]
        most, least = (
            max((sign * (value - v) / 10 for when, v in read if now - when <= window), default=-inf)
            for window in (over, over - trend.apart)
        )
        assert least - 1e-9 <= (-inf if isnan(found) else found) <= most + 1e-9
        read.append((now, value))


# ---------------------------------------------------------------------- many at once
TEXTS = [
    "temperature >= 38 C",
    "temperature < 38 C for 2 h or fever",
    "not (temperature >= 38 C for 2 readings and fever)",
    "MAP < 65 mmHg for 3 readings",
    "CRS >= 2 for 3 h and not CRS >= 4",
    "CRS = 2 or CRS != 3 and held",
    "rise of temperature in 3 h >= 1 C",
    "ALT > 3 x ULN or ALT > 2 x baseline for 1 h",
    "fluids doses in 4 h < 2 and time since fluids >= 1 h",
    "time since hold > 2 h for 2 h",
    "not not held for 2 readings",
]


@st.composite
def courses(draw, most=8):
    """Draw the looks at some patients, each on his own clock."""
    n = draw(st.integers(1, 4))
    size = draw(st.integers(1, most))

    def column(value):
        return draw(st.lists(value, min_size=n, max_size=n))

    unread = st.just(nan)
    minute = np.array(column(st.integers(-200, 0)))
    given, held, last = [[] for _ in range(n)], np.full(n, nan), {}
    scenes = []
    for _ in range(size):
        minute += np.array(column(st.sampled_from([30, 60, 61, 120])))
        for k, dosed in enumerate(column(st.booleans())):
            if dosed:
                given[k].append(int(minute[k]))
        held = np.where(column(st.booleans()), minute, held)
        fresh = {q: np.array(column(st.booleans())) for q in ("temperature", "MAP", "ALT")}
        read = {
            "temperature": column(st.sampled_from([37.0, 37.9, 38.0, 39.5])),
            "MAP": column(st.sampled_from([60.0, 65.0, 70.0])),
            "ALT": column(st.sampled_from([30.0, 130.0])),
        }
        for q, new in read.items():
            last[q] = np.where(fresh[q], new, last.get(q, nan))
        values = dict(last)
        values["CRS"] = column(st.one_of(unread, st.integers(0, 5).map(float)))
        values["fever"] = column(st.one_of(unread, st.sampled_from([0.0, 1.0])))
        values["held"] = column(st.sampled_from([0.0, 1.0]))
        scenes.append(
            Scene(
                minute.copy(), values, fresh=fresh, baseline={"ALT": [40.0] * n},
                doses={"fluids": [times.copy() for times in given]}, events={"hold": held.copy()},
            )
        )  # fmt: skip
    return scenes


def alone(scene, k):
    """Return a scene of one of its patients."""
    part = Scene([scene.minute[k]], {})
    for name in ("values", "fresh", "baseline"):
        setattr(part, name, {q: v[k : k + 1] for q, v in getattr(scene, name).items()})
    part.doses = {drug: times[k : k + 1] for drug, times in scene.doses.items()}
    part.events = {event: at[k : k + 1] for event, at in scene.events.items()}
    return part


def now(atom, scenes):
    """Say whether a comparison holds at the last of one patient's looks, by the definitions."""
    scene = scenes[-1]
    if isinstance(atom, Flag):
        value = scene.values[atom.name][0]
        return None if isnan(value) else bool(value > 0.5)
    left, number = atom.left, atom.value.number
    kind = type(left).__name__
    if kind == "Count":
        value = scene.count(left.drug, left.within_minutes)[0]
    elif kind == "Since":
        value, number = scene.since_minutes(left.event)[0], number * 60
    elif kind == "Change":
        read = [(s.minute[0], s.values[left.name][0]) for s in scenes if s.fresh[left.name][0]]
        *before, last = read or [(0, nan)]
        recent = [v for at, v in before if scene.minute[0] - at <= left.over_minutes]
        value = last[1] - min(recent) if recent else nan
    else:
        value = scene.values[left.name][0]
        factor = {"ULN": 40.0, "baseline": scene.baseline[left.name][0], "": 1.0}
        number *= factor[atom.value.times]
    if isnan(value):
        return None
    signs = {">": "__gt__", ">=": "__ge__", "<": "__lt__", "<=": "__le__", "=": "__eq__"}
    found = getattr(float(value), signs.get(atom.operator, "__ne__"))(float(number))
    return bool(found)


def plainly(tree, scenes):
    """Judge a tree on one patient's looks so far, by the definitions and without any arrays."""
    if isinstance(tree, Not):
        return NOT[plainly(tree.part, scenes)]
    if isinstance(tree, (And, Or)):
        table = AND if isinstance(tree, And) else OR
        said, *rest = [plainly(part, scenes) for part in tree.parts]
        for other in rest:
            said = table[said, other]
        return said
    said = now(tree, scenes)
    if said is not True or not (tree.minutes or tree.readings):
        return said
    name = tree.name if isinstance(tree, Flag) else parse(str(tree)).quantities[0]
    row = []
    for k in range(len(scenes)):
        here = now(tree, scenes[: k + 1])
        row = [] if here is False else row
        if here and scenes[k].fresh[name][0]:
            row.append(scenes[k].minute[0])
    if tree.readings:
        return len(row) >= tree.readings
    return bool(row and scenes[-1].minute[0] - row[0] >= tree.minutes)


@given(courses())
def test_many_at_once_as_each_by_himself(scenes):
    """All conditions on all patients say what the definitions say of each one by himself."""
    conditions = [parse(text) for text in TEXTS]
    bound = bind(conditions, KNOWN, LIMITS)
    memory = bound.memory(len(scenes[0].minute))
    for k, scene in enumerate(scenes):
        yes, no = bound.look(scene, memory)
        for at in range(len(scene.minute)):
            course = [alone(s, at) for s in scenes[: k + 1]]
            for c, condition in enumerate(conditions):
                said = plainly(condition.tree, course)
                assert (yes[c, at], no[c, at]) == (said is True, said is False), TEXTS[c]


@given(courses(), st.data())
def test_memory_can_be_taken_and_put_back(scenes, data):
    """Looking at patients one after the other, in any order, is as looking at all at once."""
    bound = bind([parse(text) for text in TEXTS], KNOWN, LIMITS)
    n = len(scenes[0].minute)
    whole, parts = bound.memory(n), bound.memory(n)
    for scene in scenes:
        yes, no = bound.look(scene, whole)
        for k in data.draw(st.permutations(range(n))):
            rows = np.array([k])
            own = parts.take(rows)
            own_yes, own_no = bound.look(alone(scene, k), own)
            assert np.array_equal(own_yes[:, 0], yes[:, k])
            assert np.array_equal(own_no[:, 0], no[:, k])
            parts.put(rows, own)
    assert np.array_equal(whole.since, parts.since)
    assert np.array_equal(whole.row, parts.row)
    for one, other in zip(whole.trends, parts.trends, strict=True):
        for name in ("latest", "latest_minute", "earlier", "earlier_minute", "newest"):
            assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)


def test_what_is_taken_of_a_memory_is_a_copy():
    """A look that is not to count leaves the memory it was taken from as it was."""
    bound = bind([parse("fever for 2 readings and fever for 1 h")], KNOWN, LIMITS)
    memory = bound.memory(2)
    bound.look(Scene([0], {"fever": [1.0]}), memory.take(np.array([1])))
    assert memory.row.tolist() == [[0, 0]]
    assert memory.since.tolist() == [[NOT_YET, NOT_YET]]


def test_no_conditions_and_no_patients():
    """Nothing to judge, or nobody, is no error."""
    yes, no = bind([], KNOWN, LIMITS).look(Scene([0], {}), bind([], KNOWN, LIMITS).memory(1))
    assert yes.shape == no.shape == (0, 1)
    bound = bind([parse(text) for text in TEXTS], KNOWN, LIMITS)
    nobody = Scene([], {}, events={"hold": []}, doses={"fluids": []})
    yes, no = bound.look(nobody, bound.memory(0))
    assert yes.shape == no.shape == (len(TEXTS), 0)


def test_what_a_condition_is_told_by():
    """The first quantity that is read is a condition's main one."""
    texts = ["fever and fluids doses < 2 and MAP < 65 mmHg", "MAP > 72 mmHg for 6 h", "fever"]
    bound = bind([parse(text) for text in texts], KNOWN, LIMITS)
    assert [bound.main(k) for k in range(3)] == ["MAP", "MAP", ""]


def test_each_comparison_is_made_once():
    """Conditions that share a comparison share its work."""
    bound = bind([parse("CRS >= 2"), parse("CRS>=2 and fever"), parse("fever and held")], KNOWN, {})
    assert len(bound.atoms) == 3
