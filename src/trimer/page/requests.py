# SPDX-License-Identifier: Apache-2.0
"""What the page may ask for: plain data with limits, checked before anything is computed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_PATIENTS = 5000
"""Virtual patients in an arm of a trial that the page may ask for."""

MOST_ARMS = 4
MOST_CYCLES = 6
LAST_SEED = 2**53 - 1  # a number that JavaScript keeps exactly

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
Line = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Symbol = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]


def said(words: str, **limits: Any) -> Any:  # noqa: ANN401 (pydantic's own)
    """Return a field that says in words what it takes."""
    return Field(description=words, **limits)


class Asked(BaseModel):
    """A part of a request; what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid")


class Step(Asked):
    """A step of a lead-in; without a rate it is a planned pause."""

    rate: Finite | None = said("a rate above 0 up to 100000 in the drug's unit", gt=0, le=100_000)
    hours: int = said("a whole number of hours from 1 to 672", ge=1, le=672)


class Given(Asked):
    """Premedication."""

    give: Line = said('a drug and a dose, like "dexamethasone 10 mg"')
    when: Line = said('a time, like "30 min before first dose"')


class ChangedRule(Asked):
    """A rule that is added, or takes the place of the one of its name."""

    name: Line = said("one line of text", min_length=1)
    when: Line = said('a condition, like "CRS >= 2"', min_length=1)
    do: list[Line] = said("one action or more", min_length=1, max_length=8)
    resume_when: Line | None = said("a condition, for a rule that holds", default=None)
    resume: Literal["same rate", "one step back", "half rate", "from the start"] | None = said(
        "how a hold ends", default=None
    )


class Treatment(Asked):
    """A shipped protocol and what is changed of it; null leaves a part as it is."""

    base: Name = said("the name of a shipped protocol")
    steps: list[Step] | None = said("steps of the lead-in", default=None, max_length=21)
    maintenance: Finite | None = said(
        "a rate above 0 up to 100000 in the drug's unit", default=None, gt=0, le=100_000
    )
    cycles: int | None = said(
        f"a whole number from 1 to {MOST_CYCLES}", default=None, ge=1, le=MOST_CYCLES
    )
    later_cycles: Line | None = said('"continuous", or like "4 days on, 3 days off"', default=None)
    premedication: list[Given] | None = said("premedication", default=None, max_length=24)
    leave_out: list[Line] = said("names of rules", default=[], max_length=60)
    rules: list[ChangedRule] = said("rules", default=[], max_length=24)
    allow: bool = said("whether limits of rates may be passed", default=False)


class Who(Asked):
    """A virtual patient: drawn from a cohort, or the typical one, with values changed."""

    cohort: Name = said("the name of a cohort", default="reference")
    seed: int = said("a whole number from 0", default=7, ge=0, le=LAST_SEED)
    id: int | None = said(
        "number of the first candidate; null is the typical patient", default=0, ge=0, le=1_000_000
    )
    changes: dict[Symbol, Finite] = said("parameters", default={}, max_length=12)


class Plug(Asked):
    """Something that is made to happen to the pump."""

    what: Literal["battery", "occlusion", "air"] = said("what happens", default="battery")
    at_hours: Finite = said("hours since the first dose, from 0.1", ge=0.1, le=4032)
    hours: Finite = said("for how many hours, up to 336", ge=0.05, le=336)


class PatientRequest(Asked):
    """One virtual patient under one protocol."""

    model: Name = said("the name of a shipped model", default="flotetuzumab")
    who: Who = Who()
    treatment: Treatment
    days: int = said("a whole number of days from 1 to 196", default=35, ge=1, le=196)
    plugs: list[Plug] = said("what is made to happen", default=[], max_length=8)


class TrialArm(Asked):
    """An arm of a trial."""

    name: Name = said("a name")
    label: Line = said("one line of text", default="")
    treatment: Treatment


class TrialRequest(Asked):
    """A trial."""

    name: Name = said("a name", default="page-trial")
    title: Line = said("one line of text", default="")
    model: Name = said("the name of a shipped model", default="flotetuzumab")
    cohort: Name = said("the name of a cohort", default="reference")
    patients: int = said(
        f"a whole number from 1 to {MOST_PATIENTS}", default=60, ge=1, le=MOST_PATIENTS
    )
    seed: int = said("a whole number from 0", default=7, ge=0, le=LAST_SEED)
    days: int = said("a whole number of days from 1 to 400", default=63, ge=1, le=400)
    arms: list[TrialArm] = said("one arm or more", min_length=1, max_length=MOST_ARMS)


class PlanRequest(Asked):
    """An infusion plan in clock time."""

    protocol: Name = said("the name of a shipped protocol")
    weight: Line = said('a body weight with its unit, like "70 kg"', min_length=1)
    start: Line = said('the first dose with its offset, like "2027-01-04T09:00+01:00"')
    zone: Line | None = said('a time zone, like "Europe/Berlin"', default=None)
    pharmacy: Name | None = said("the name of a shipped pharmacy file", default=None)


class ReadyRequest(Asked):
    """A patient file to be checked."""

    text: str = said("a patient file, TOML", max_length=60_000)


class Problem(BaseModel):
    """One thing that is wrong: the path of its field, if it has one, and a sentence."""

    path: str
    sentence: str


class Wrong(BaseModel):
    """The answer to a request that is wrong, or cannot be served."""

    problems: list[Problem]
