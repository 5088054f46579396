# SPDX-License-Identifier: Apache-2.0
"""The command line: verbs, outputs, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from trimer import report
from trimer.cli import main
from trimer.store import open_run

NOTICE = "imulation, not medical advice"


@pytest.fixture
def trimer(capsys, tmp_path, monkeypatch):
    """Return a function that calls the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_list_names_what_is_shipped(trimer):
    """Models, protocols and studies with a line each, as text and as JSON."""
    code, out, err = trimer("list")
    assert (code, err) == (0, "")
    for name in (
        "flotetuzumab-reference",
        "flotetuzumab-multi-step",
        "flotetuzumab-lead-in",
        NOTICE,
    ):
        assert name in out
    record = json.loads(trimer("list", "--json")[1])
    assert "flotetuzumab-lead-in" in record["studies"]
    assert NOTICE in record["notice"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("flotetuzumab-reference", ["dDc/dt", "Parameters", "Limits", "Sources", "kon3 = 49.2"]),
        ("flotetuzumab", ["dDc/dt"]),
        ("flotetuzumab-flat", ["500 ng/kg/day, 4 days on, 3 days off", "dexamethasone 10 mg"]),
        ("reference-flat", ["500 ng/kg/day from day 0 to day 56", "dexamethasone 10 mg"]),
        ("flotetuzumab-lead-in", ["1,000 patients in 2 arms", "Question:", "[multi-step]"]),
    ],
)
def test_show_prints_models_protocols_and_studies(trimer, name, parts):
    """Each in full, with the notice; JSON carries the same."""
    code, out, _ = trimer("show", name)
    assert code == 0
    for part in (*parts, NOTICE):
        assert part in out
    record = json.loads(trimer("show", name, "--json")[1])
    assert record["name"] == name


def test_show_reads_files_and_suggests_names(trimer, tmp_path):
    """A protocol file is shown; an unknown name is answered with a near one."""
    (tmp_path / "p.toml").write_text(
        'name = "p"\n[[give]]\ndrug = "x"\ndose = "1 mg"\nat = "day 0"\n'
    )
    assert "x 1 mg on day 0" in trimer("show", "p.toml")[1]
    code, _, err = trimer("show", "flotetuzumab-leadin")
    assert code == 1
    assert "Did you mean 'flotetuzumab-lead-in'" in err


def test_sample_writes_a_cohort(trimer, tmp_path):
    """Numbered patients in CSV or Parquet; the same seed gives the same patient 3."""
    code, out, _ = trimer("sample", "--n", 5, "--seed", 9, "--out", "cohort.csv")
    assert code == 0
    assert "5 patients, seed 9, not screened" in out
    trimer("sample", "--n", 2, "--first", 3, "--seed", 9, "--out", "later.parquet", "--quiet")
    cohort, later = pl.read_csv("cohort.csv"), pl.read_parquet("later.parquet")
    assert cohort["id"].to_list() == [0, 1, 2, 3, 4]
    assert cohort.row(3) == later.row(0)
    code, _, err = trimer("sample", "--out", "cohort.csv")
    assert code == 1
    assert "--overwrite" in err
    assert json.loads(trimer("sample", "--n", 2, "--json")[1])["patients"]["id"] == [0, 1]
    run = json.loads(trimer("simulate", "--cohort", "cohort.csv", "--days", 1, "--json")[1])
    assert run["arms"]["flotetuzumab-multi-step"]["cohort"]["patients"] == 5
    assert tmp_path.joinpath("cohort.csv").exists()


def test_sample_tells_who_is_in_a_cohort(trimer):
    """Acceptance, histories, medians and correlations; the file has the covariates."""
    code, out, _ = trimer("sample", "--cohort", "pif", "-n", 200, "--out", "pif.csv")
    assert code == 0
    for part in ("Kept 351 of 1,000 candidates (35%)", "blasts_day_28 above 5 %", "100%  failed",
                 "infiltration_score and marrow_T_fraction", "molecule/cell", NOTICE):  # fmt: skip
        assert part in out
    table = pl.read_csv("pif.csv")
    assert len(table) == 200
    assert table["cov_blasts_day_28"].min() > 5
    record = json.loads(trimer("sample", "--cohort", "pif", "-n", 3, "--json")[1])
    assert record["patients"]["id"] == table["id"][:3].to_list()
    assert record["cohort"]["kept"] == 351
    code, _, err = trimer("sample", "--cohort", "pfi")
    assert code == 1
    assert "Did you mean 'pif'" in err


def test_cohorts_are_listed_shown_checked_and_simulated(trimer):
    """By name or from a file; a simulation draws 100 unless told otherwise."""
    assert "cohorts" in json.loads(trimer("list", "--json")[1])
    _, out, _ = trimer("show", "mds")
    for part in ("No response is claimed", "Correlations of factors", "assumed, TrimerCohorts"):
        assert part in out
    assert json.loads(trimer("show", "pif", "--json")[1])["name"] == "pif"
    Path("mine.toml").write_text(
        '[cohort]\nname = "mine"\ntitle = "Mine"\ndescription = "Mine."\nbased_on = "pif"\n'
    )
    assert "the definition of a cohort" in trimer("check", "mine.toml")[1]
    for cohort in ("pif", "mine.toml"):
        run = json.loads(trimer("simulate", "--cohort", cohort, "--n", 3, "--days", 1, "--json")[1])
        assert run["arms"]["flotetuzumab-multi-step"]["cohort"]["patients"] == 3
    code, _, err = trimer("simulate", "--cohort", "pif", "--nominal", "--days", 1)
    assert code == 1
    assert "Give one of" in err


def test_simulate_prints_the_typical_patient(trimer):
    """Selected days with units; the printed values of the reference at day 7."""
    model = ("--model", "flotetuzumab-reference", "--protocol", "reference-multi-step")
    code, out, err = trimer("simulate", *model, "--days", 7)
    assert (code, err) == (0, "")
    row = next(line.split() for line in out.splitlines() if line.startswith("7 "))
    assert float(row[1]) == pytest.approx(0.7258, abs=2e-4)
    assert "ng/mL" in out
    assert NOTICE in out


def test_simulate_runs_a_study_arm_by_arm(trimer):
    """All arms, or the one that is named; outputs as asked for."""
    code, out, _ = trimer("simulate", "flotetuzumab-lead-in", "--days", 2, "--outputs", "IL6,ANC")
    assert code == 0
    assert "on 'flotetuzumab-multi-step'" in out
    assert "on 'flotetuzumab-flat'" in out
    out = trimer("simulate", "flotetuzumab-lead-in", "--arm", "flat", "--days", 2)[1]
    assert "on 'flotetuzumab-multi-step'" not in out
    code, _, err = trimer("simulate", "flotetuzumab-lead-in", "--arm", "flt")
    assert code == 1
    assert "Did you mean 'flat'" in err


def test_simulate_writes_a_run_folder_and_a_plot(trimer):
    """A cohort is shown as quantiles, written with all outputs, and drawn."""
    code, out, _ = trimer(
        "simulate", "--n", 4, "--seed", 3, "--days", 1, "--out", "run", "--plot", "run.svg"
    )
    assert code == 0
    assert "Median (5 to 95 %)" in out
    run = open_run("run")
    assert run.is_complete
    assert run.read("profiles").height == 4 * 5
    assert "receptor_occupancy" in run.read("profiles").columns
    assert "<svg" in Path("run.svg").read_text()
    for option, name in (("--out", "run"), ("--plot", "run.svg")):
        code, _, err = trimer("simulate", "--days", 1, option, name)
        assert code == 1
        assert "--overwrite" in err


def test_simulate_says_who_failed_with_exit_3(trimer):
    """The rest is printed; the failed one is counted on stderr."""
    columns = {"id": [0, 1], "WT": [70.0, 70.0], "blood_T": [1000.0, 1e308]}
    pl.DataFrame(columns).write_csv("bad.csv")
    code, out, err = trimer("simulate", "--cohort", "bad.csv", "--days", 2)
    assert code == 3
    assert "1 of 2 patients stopped before day 2" in err
    assert "Median" in out


def test_json_is_json_even_with_nan(trimer):
    """NaN becomes null, so every reader takes it."""
    pl.DataFrame({"id": [1], "blood_T": [1e308]}).write_csv("bad.csv")
    code, out, _ = trimer("simulate", "--cohort", "bad.csv", "--days", 1, "--json")
    assert code == 3
    values = json.loads(out, parse_constant=pytest.fail)["arms"]["flotetuzumab-multi-step"][
        "values"
    ]
    assert values["IL6"][-1] is None


def test_trial_writes_run_folder_and_report(trimer):
    """The main job: progress on stderr, the answer and the paths on stdout."""
    code, out, err = trimer("trial", "flotetuzumab-lead-in", "--patients", 6, "--out", "run")
    assert code == 0
    assert "12/12 simulations" in err
    assert "6 virtual patients in each arm, the same in all" in out
    assert "CR or CRh" in out
    assert "Report: run/report.html" in out
    assert NOTICE in out
    assert NOTICE in Path("run/report.html").read_text()
    assert open_run("run").manifest["study"]["patients"] == 6
    code, out, err = trimer("report", "run", "--json")
    assert json.loads(out)["report"] == "run/report.html"


def test_trial_answers_in_json(trimer, monkeypatch):
    """Nothing but JSON on stdout, nothing on stderr when quiet; seed and size from the options."""
    monkeypatch.setattr(report, "write_report", lambda folder: folder / "report.html")
    code, out, err = trimer(
        "trial", "flotetuzumab-lead-in", "--patients", 2, "--out", "run",
        "--quiet", "--json", "--seed", 4,
    )  # fmt: skip
    assert (code, err) == (0, "")
    record = json.loads(out)
    assert record["seed"] == 4
    assert set(record["arms"]) == {"multi-step", "flat"}


def test_trial_makes_a_dated_folder(trimer, tmp_path, monkeypatch):
    """Without --out the folder says when and what."""
    monkeypatch.setattr(report, "write_report", lambda folder: folder / "report.html")
    code, _, _ = trimer("trial", "flotetuzumab-lead-in", "--patients", 1, "--quiet")
    assert code == 0
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.endswith("_flotetuzumab-lead-in")


@pytest.mark.parametrize(
    "arguments",
    [["simulat"], ["trial"], ["simulate", "--n", "many"], ["list", "--what"], ["trial", "a", "b"]],
)
def test_wrong_usage_exits_with_2(trimer, arguments):
    """A sentence that names the option, and where to look."""
    code, out, err = trimer(*arguments)
    assert (code, out) == (2, "")
    assert "--help'" in err
    assert len(err.splitlines()) == 1


def test_help_and_version_carry_the_notice(trimer):
    """Every output says what Trimer is not."""
    for arguments in (["--help"], ["--version"], []):
        code, out, _ = trimer(*arguments)
        assert code == 0
        assert NOTICE in out.replace("\n", " ")
    assert "Exit codes" in trimer("--help")[1]
    assert "--overwrite" in trimer("trial", "--help")[1]


def test_our_own_bugs_are_called_so(trimer, monkeypatch):
    """Exit 4, a sentence, and a traceback only when asked for."""

    def explode():
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("trimer.library.names", explode)
    code, _, err = trimer("list")
    assert code == 4
    assert err.startswith("This is a bug in Trimer: ZeroDivisionError: oops.")
    assert "Traceback" not in err
    monkeypatch.setenv("TRIMER_DEBUG", "1")
    assert "Traceback" in trimer("list")[2]


PROGRAM = "import sys; from trimer.cli import main; sys.exit(main(sys.argv[1:]))"


def start(*arguments, program=PROGRAM, **variables):
    """Start the command line as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path("src").absolute()), **variables},
    )


def finish(*arguments, **options):
    """Run the command line as a process of its own; return exit code, stdout and stderr."""
    process = start(*arguments, **options)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_ctrl_c_exits_with_130_and_keeps_what_is_done(tmp_path):
    """A real interrupt of a real process: finished blocks are kept and the run is marked."""
    process = start(
        "trial", "flotetuzumab-lead-in", "--patients", 100_000,
        "--out", tmp_path / "run",
    )  # fmt: skip
    deadline = time.monotonic() + 300
    try:
        while not list((tmp_path / "run").glob("parts/outcomes-001-*")):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "of 100,000 patients are kept in" in err
    assert "Traceback" not in err
    assert out == ""
    run = open_run(tmp_path / "run")
    assert run.status == "interrupted"
    done = run.manifest["patients_done"]
    assert run.read("outcomes").height == 2 * done > 0


def test_a_reader_who_has_had_enough_is_no_error():
    """`trimer show ... | head` ends quietly."""
    with start("show", "flotetuzumab-reference") as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


LOADED = """
import sys
from trimer import report
from trimer.cli import main
code = main(sys.argv[2:])
heavy = set(sys.argv[1].split(",")) & set(sys.modules)
sys.exit(code or " ".join(sorted(heavy)) or 0)
"""


def test_help_loads_nothing_heavy():
    """The command line starts fast: no numerics, tables, figures or algebra for --help."""
    heavy = "numpy,scipy,sympy,pint,polars,pydantic,matplotlib,llvmlite"
    code, _, err = finish(heavy, "--help", program=LOADED)
    assert (code, err) == (0, "")


def test_a_warm_simulation_loads_no_algebra(tmp_path):
    """The second simulation comes from the cache: no sympy, pint or SciPy, and no tables."""
    heavy = "scipy,sympy,pint,polars,pydantic,matplotlib"
    arguments = (heavy, "simulate", "--days", 1)
    finish(*arguments, program=LOADED, TRIMER_CACHE=str(tmp_path))
    code, _, err = finish(*arguments, program=LOADED, TRIMER_CACHE=str(tmp_path))
    assert (code, err) == (0, "")


def test_a_corrupt_cache_is_rebuilt_with_a_note(tmp_path):
    """Damaged code is compiled again: the numbers are the same and the exit code is 0."""
    first = finish("simulate", "--days", 1, TRIMER_CACHE=str(tmp_path))
    assert first[0] == 0
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] + b"rot")
    code, out, err = finish("simulate", "--days", 1, TRIMER_CACHE=str(tmp_path))
    assert code == 0
    assert err.startswith("Note: ")
    assert out == first[1]
