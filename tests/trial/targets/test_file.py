# SPDX-License-Identifier: Apache-2.0
"""The shipped targets file: complete, used as decided, its intervals true."""

import math

import pytest
from scipy.stats import beta

from trimer.trial.targets.figures import ASTCT
from trimer.trial.targets.measures import known_measures
from trimer.trial.targets.target import EXACT, INTERVALS, NO_SCALE, READ

FIT = [
    "V1", "V2", "V3", "V4", "V5", "V6", "V7", "V9", "V15", "V27", "V28", "V29", "V30", "V31",
    "V32", "V33", "V34", "V44", "V45",
]  # fmt: skip
SHAPING = [
    "V10", "V14", "V17", "V18", "V19", "V20", "V58",
]  # fmt: skip
BY_CONSTRUCTION = [
    "V42", "V43", "V61", "V78", "V79", "V83", "V84", "V90",
]  # fmt: skip
OTHERS = [
    "V21", "V22", "V23", "V25", "V26", "V35", "V36", "V37", "V38", "V39", "V40", "V41", "V48",
    "V51", "V53", "V54", "V55", "V56", "V59", "V62", "V67", "V69", "V70", "V71", "V72", "V73",
    "V74", "V75", "V76", "V80", "V81", "V82", "V85", "V86", "V87", "V88", "V89",
]  # fmt: skip
PRIORS = [
    "V36", "V37", "V42", "V54", "V55", "V56", "V62", "V67", "V72", "V74", "V75", "V80", "V87",
]  # fmt: skip


def test_every_row_is_there_once(targets):
    """The file holds all rows that were decided on, and no other."""
    assert sorted(targets.ids) == sorted([*FIT, *SHAPING, *BY_CONSTRUCTION, *OTHERS])


@pytest.mark.parametrize(
    ("ids", "uses"),
    [
        (FIT, {"fit"}),
        (SHAPING, {"shaping", "not applicable"}),
        (BY_CONSTRUCTION, {"by construction"}),
        (OTHERS, {"predicted", "not applicable"}),
    ],
    ids=["fit", "shaping", "by construction", "others"],
)
def test_rows_are_used_as_decided_in_advance(targets, ids, uses):
    """No row is moved to where it would look better; a row may only fall silent, with a reason."""
    assert {targets[id_].use for id_ in ids} <= uses


def test_only_rows_of_priors_are_shown_without_being_counted(targets):
    """Test P is that of the rows decided on."""
    assert {row.id for row in targets.rows if row.test == "P"} == set(PRIORS)


def test_rows_that_cannot_be_compared_say_why(targets):
    """A reason stands where nothing is compared."""
    for row in targets.rows:
        assert bool(row.reason) == (not row.parts), row.id


def test_every_row_has_source_scale_and_numbers(targets):
    """Who, by which scale, read how, from where."""
    for row in targets.rows:
        assert row.sources, row.id
        assert set(row.sources) <= targets.sources.keys()
        assert row.n
        assert row.scale
        assert row.read in READ


def test_sources_are_all_cited(targets):
    """No source stands in the list for nothing, but the kinetics that a model cites too."""
    cited = {key for row in targets.rows for key in row.sources}
    assert targets.sources.keys() - cited == set()


def test_what_is_from_memory_says_so(targets):
    """A row whose only sources are from memory is labelled so."""
    for row in targets.rows:
        notes = [targets.sources[key].note for key in row.sources]
        if all(note.startswith("from memory") for note in notes):
            assert row.read == "from memory", row.id


def exact_parts(targets):
    """Every number with an exact interval."""
    return [(row.id, part) for row in targets.rows for part in row.parts if part.interval == EXACT]


def test_exact_intervals_are_those_of_the_beta_distribution(targets):
    """Clopper-Pearson limits, computed by SciPy from the counts, agree to the last digit told."""
    parts = exact_parts(targets)
    assert len(parts) >= 14
    for id_, part in parts:
        k, n = part.count, part.n
        low = 0.0 if k == 0 else beta.ppf(0.025, k, n - k + 1)
        high = 1.0 if k == n else beta.ppf(0.975, k + 1, n - k)
        assert part.low == pytest.approx(100 * low, abs=0.051), id_
        assert part.high == pytest.approx(100 * high, abs=0.051), id_


def test_derived_intervals_follow_from_what_the_note_says(targets):
    """Hanley and McNeil with 9 of 30 responders; Fisher's z of 46 patients."""
    from trimer.trial.targets.estimate import auroc_error

    auroc = targets["V58"].parts[0]
    half = 1.96 * auroc_error(0.904, 9, 21)
    assert auroc.low == pytest.approx(0.904 - half, abs=0.001)
    assert auroc.high == 1.0
    correlation = targets["V87"].parts[0]
    assert correlation.high == pytest.approx(math.tanh(1.96 / math.sqrt(43)), abs=0.005)


def test_every_kind_of_interval_is_known(targets):
    """And the range of a sample is never what a row is judged by."""
    assert {part.interval for row in targets.rows for part in row.parts} <= set(INTERVALS)


def test_scenarios_can_be_simulated(targets):
    """Every scenario names a protocol that exists, and says whose rules it follows."""
    for scenario in targets.scenarios.values():
        assert scenario.read_protocol().name
        assert scenario.policy
        assert set(scenario.may_lack) <= set(scenario.outputs)


def test_every_scenario_and_measure_is_used(targets):
    """Nothing is simulated for nobody, and no read-out is without a row."""
    assert {scenario.name for scenario in targets.to_simulate()} == targets.scenarios.keys()
    used = {part.measure for row in targets.rows for part in row.parts}
    assert used == known_measures().keys()


def test_the_abstracts_of_2017_and_2018_are_read_by_their_own_scale(targets):
    """Grades of CRS in them are by Lee 2014, not by the scale of 2019."""
    early = {"LeadIn2017", "Crs2018", "Aml2018"}
    for row in targets.rows:
        if early & set(row.sources) and row.scale != NO_SCALE:
            assert row.scale != ASTCT, row.id


def test_the_pool_of_the_escalation_says_that_it_is_assumed(targets):
    """45 patients whose mix was not published."""
    pool = targets.pools["escalation"]
    assert sum(weight for _, weight in pool.parts) == 45
    assert "assumed" in pool.note
    assert all("assumed" in targets[id_].note for id_ in ("V1", "V2", "V15"))


def test_a_selection_needs_fewer_scenarios(targets):
    """What is simulated follows from the rows."""
    few = targets.select(["V3", "V9"])
    assert few.ids == ("V3", "V9")
    assert [scenario.name for scenario in few.to_simulate()] == ["two-step"]
    assert len(targets.of_use("fit")) == 19


def test_the_page_names_every_measure_key_and_word():
    """What a file may hold stands in the reference."""
    from pathlib import Path

    from trimer.trial.targets import read
    from trimer.trial.targets.target import KINDS, SCALES, USES

    page = (Path(__file__).parents[3] / "docs/reference/targets.md").read_text(encoding="utf-8")
    keys = {*read._SCENARIO, *read._POOL, *read._TARGET, *read._PART} - {"part"}
    words = {*known_measures(), *keys, *KINDS, *USES, *SCALES, *INTERVALS, *READ}
    assert {word for word in words if f"`{word}`" not in page} == set()
