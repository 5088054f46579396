# SPDX-License-Identifier: Apache-2.0
"""Safety of runs whose tables are made up, so that every count is known."""

import numpy as np
import polars as pl
import pytest

from trimer.core.errors import InputError, StoreError
from trimer.store import RunFolder, open_run
from trimer.store.layout import COMPLETE
from trimer.trial.safety import episodes, exposure_response, safety

ARM = pl.lit("one").alias("arm")


def grades(*rows):
    """Rows of id, day, CRS, step."""
    ids, days, crs, step = zip(*rows, strict=True)
    return pl.DataFrame(
        {"id": ids, "time": [float(day) for day in days], "CRS": crs, "step": step},
        schema={"id": pl.Int64, "time": pl.Float64, "CRS": pl.Int8, "step": pl.Int16},
    ).select(ARM, pl.all(), pl.lit(0, pl.Int8).alias("ICANS"))


def doses(*rows):
    """Rows of id, day, drug, rate, duration."""
    names = ("id", "time", "drug", "rate", "duration")
    frame = pl.DataFrame(dict(zip(names, zip(*rows, strict=True), strict=True)), strict=False)
    return frame.with_columns(pl.col("time", "rate", "duration").cast(pl.Float64)).select(
        ARM, pl.all()
    )


def outcomes(n):
    """Patients 0 to n - 1, the last of them failed."""
    return pl.DataFrame(
        {
            "id": np.arange(n), "failed": [False] * (n - 1) + [True],
            "crs_grade": [k % 4 for k in range(n)], "response": ["CR", "NR"] * (n // 2),
            "tocilizumab_doses": [k % 2 for k in range(n)], "steroid_doses": [0] * n,
            "hold_days": [0.5] * n, "stopped": [False] * n,
            "dose_intensity": [90.0 + k for k in range(n)],
            "auc": [10.0 * (k + 1) for k in range(n)],
            "cmax_ng_mL": [1.0] * n, "peak_il6": [5.0] * n,
        }
    ).select(ARM, pl.all())  # fmt: skip


@pytest.fixture
def stored(tmp_path):
    """Return a function that writes tables into a run folder and opens it."""

    def write(**tables):
        arms = [{"name": "one", "label": "One"}]
        folder = RunFolder(tmp_path / "run", {"arms": arms}, overwrite=True)
        folder.add({name: [frame] for name, frame in tables.items()})
        folder.close(COMPLETE)
        return open_run(tmp_path / "run")

    return write


INFUSED = [(k, 0.0, "flotetuzumab", 35_000.0, 28.0) for k in range(6)]


def test_episodes_begin_and_end_where_the_grade_does(stored):
    """Two of patient 0 (a gap of 2 days), one of patient 1 (a gap of 12 hours joins), one open."""
    run = stored(
        doses=doses(*INFUSED),
        grades=grades(
            (0, 1.0, 1, 2), (0, 1.5, 2, 2), (0, 2.0, 0, 2), (0, 4.0, 1, 4), (0, 4.5, 0, 4),
            (1, 8.0, 1, 7), (1, 8.25, 0, 7), (1, 8.75, 2, 7), (1, 9.5, 0, 7),
            (2, 20.0, 3, 0),
            (3, 28.0 + 31.0, 1, 0),
        ),
    )  # fmt: skip
    found = episodes(run).to_dicts()
    assert [(e["id"], e["number"], e["onset"], e["end"], e["grade"]) for e in found] == [
        (0, 1, 1.0, 2.0, 2), (0, 2, 4.0, 4.5, 1), (1, 1, 8.0, 9.5, 2), (2, 1, 20.0, None, 3),
    ]  # fmt: skip
    assert [e["week"] for e in found] == [1, 1, 2, 3]
    assert [e["step"] for e in found] == [2, 4, 7, 0]
    assert found[0]["duration"] == 1.0


def test_safety_counts_patients_who_could_be_followed(stored):
    """Worst grades as n of 5, weeks as shares of episodes, the one who failed left out."""
    run = stored(
        doses=doses(*INFUSED, (1, 3.0, "bacterial_infection", 0.0, 0.0),
                    (2, 59.0, "fungal_infection", 0.0, 0.0)),
        grades=grades((0, 1.0, 2, 2), (0, 2.0, 0, 2), (1, 9.0, 1, 7), (1, 10.0, 0, 7),
                      (5, 1.0, 3, 1)),
        outcomes=outcomes(6),
        adverse=pl.DataFrame(
            {"arm": ["one"] * 3, "id": [0, 1, 0], "term": ["Nausea", "Nausea", "Anemia"],
             "grade": [1, 3, 4], "onset": [2.0, 3.0, 4.0]}
        ),
    )  # fmt: skip
    one = safety(run)["one"]
    assert one.patients == 5
    assert {g: p.count for g, p in one.crs.by_grade.items()} == {0: 3, 1: 1, 2: 1, 3: 0, 4: 0, 5: 0}
    assert {w: str(p)[:3] for w, p in one.crs.by_week.items()} == {
        "week 1": "1/2", "week 2": "1/2", "later": "0/2",
    }  # fmt: skip
    assert one.crs.by_step[7].count == 1
    assert one.crs.onset.median == 5.0
    assert one.icans.episodes == 0
    assert one.treatment["Tocilizumab"].count == 2
    assert one.treatment["Infection"].count == 1  # the other came 31 days after the drug
    assert one.amounts["Dose intensity, %"].median == 92.0
    assert list(one.adverse) == ["Nausea", "Anemia"]
    assert {k: p.count for k, p in one.adverse["Nausea"].items()} == {
        0: 2, -1: 1, 1: 1, 2: 0, 3: 1, 4: 0, 5: 0,
    }  # fmt: skip


def test_exposure_response_is_of_those_exposed(stored):
    """Quarters of exposure hold everybody; no curve where exposure does not vary."""
    table = outcomes(40)
    exposed = pl.when(pl.col("id") < 4).then(0.0).otherwise(pl.col("auc"))
    run = stored(outcomes=table.with_columns(auc=exposed))
    found = exposure_response(run, "auc", "CR, CRh or CRi")
    assert sum(group.share.total for group in found.groups) == 35
    assert found.fit is not None
    assert found.fit.patients == 35
    assert exposure_response(run, "cmax_ng_mL").fit is None
    with pytest.raises(InputError, match="Did you mean 'auc'"):
        exposure_response(run, "auk")


def test_without_a_ward_there_is_no_safety(stored):
    """A sentence says what is missing."""
    with pytest.raises(StoreError, match="No ward acted"):
        safety(stored(outcomes=outcomes(2)))


def test_changes_of_another_grade_do_not_join_episodes(stored):
    """ICANS moves 12 hours before the second episode of CRS, 36 hours after the first."""
    rows = grades((0, 1.0, 1, 2), (0, 2.0, 0, 2), (0, 3.0, 0, 2), (0, 3.5, 1, 4), (0, 4.0, 0, 4))
    run = stored(doses=doses(*INFUSED), grades=rows)
    assert episodes(run)["onset"].to_list() == [1.0, 3.5]
