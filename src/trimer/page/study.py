# SPDX-License-Identifier: Apache-2.0
"""Write what was set up on the page as files that the command line reads.

A trial of the page is run from these files, so that they give the same numbers there.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

from trimer import library
from trimer.core.errors import InputError, Problems
from trimer.core.notice import NOTICE
from trimer.page.treatment import built
from trimer.protocol.write import to_toml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimer.page.requests import PatientRequest, Treatment, TrialArm, TrialRequest

STUDY = "study.toml"
SURVIVAL = "survival"
"""Endpoint that trials of the page have: time to death."""


def trial_files(asked: TrialRequest) -> dict[str, str]:
    """Return a study and the protocols of its arms, by file name.

    Raises
    ------
    Problems
        Everything that is wrong with the arms.
    """
    arms, files = _arms(asked.arms)
    return {
        STUDY: _study(
            asked.name, asked.title, (asked.model, asked.cohort), asked.patients, asked.seed,
            asked.days, arms,
        ),
        **files,
    }  # fmt: skip


def patient_files(asked: PatientRequest, cohort_csv: str) -> dict[str, str]:
    """Return the study of one patient, his protocol, himself as a table, and what to type."""
    reference, files = _reference("protocol", asked.treatment)
    study = _study(
        "one-patient", "", (asked.model, asked.who.cohort), 1, asked.who.seed, asked.days,
        {"one": (reference, "")},
    )  # fmt: skip
    plugs = [
        f"The page made the pump stop ({plug.what}) at hour {plug.at_hours:g} for "
        f"{plug.hours:g} h; a study cannot say this, so leave it out or use "
        "trimer.simulate(..., happenings=[...]) in Python."
        for plug in asked.plugs
    ]
    words = [
        "One virtual patient, as set up on Trimer's page.", "",
        "    trimer simulate study.toml --cohort patient.csv --log full", "", *plugs, NOTICE, "",
    ]  # fmt: skip
    return {STUDY: study, **files, "patient.csv": cohort_csv, "README.txt": "\n".join(words)}


def zipped(files: Mapping[str, str]) -> bytes:
    """Return files as a zip archive, the same bytes for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text)
    return stream.getvalue()


def _arms(arms: Sequence[TrialArm]) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    files: dict[str, str] = {}
    problems: list[str] = []
    for arm in arms:
        if arm.name in found:
            problems.append(f"Two arms are called '{arm.name}'. Give each a name of its own.")
            continue
        try:
            reference, more = _reference(arm.name, arm.treatment)
        except InputError as error:
            problems += [f"Arm '{arm.name}': {problem}" for problem in error.problems]
            continue
        found[arm.name] = (reference, arm.label)
        files |= more
    if problems:
        raise Problems(problems)
    return found, files


def _reference(name: str, treatment: Treatment) -> tuple[str, dict[str, str]]:
    """Return what a study calls a protocol, and its file if it is no shipped one."""
    protocol = built(treatment)
    if protocol.name in library.protocol_names():
        return protocol.name, {}
    file = f"{name}.toml"
    file = file if file != STUDY else "arm-study.toml"
    return file, {file: to_toml(protocol, by_policy=True)}


def _study(
    name: str,
    title: str,
    of: tuple[str, str],
    patients: int,
    seed: int,
    days: int,
    arms: Mapping[str, tuple[str, str]],
) -> str:
    lines = [
        "# Set up on Trimer's page. Simulation, not medical advice.",
        "# Run it with: trimer trial study.toml",
        "[study]",
        f"name = {_quoted(name)}",
        *([f"title = {_quoted(title)}"] if title else []),
        f"model = {_quoted(of[0])}",
        f"cohort = {_quoted(of[1])}",
        f"patients = {patients}",
        f"seed = {seed}",
        f"days = {days}",
        "every_hours = 6",
    ]
    for arm, (reference, label) in arms.items():
        lines += ["", f"[arms.{_quoted(arm)}]", f"protocol = {_quoted(reference)}"]
        lines += [f"label = {_quoted(label)}"] if label else []
    if patients > 1:
        lines += ["", f"[endpoints.{SURVIVAL}]", 'label = "Overall survival"', 'time_to = "death"']
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
