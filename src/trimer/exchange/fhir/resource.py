# SPDX-License-Identifier: Apache-2.0
"""Resources and what they are made of; each is validated by `fhir.resources` as it is made.

Every resource carries the security label for test data (``HTEST``) and the notice as a tag. Codes
are given only where a source was at hand: LOINC codes of vital signs from the value set of the
specification (hl7.org/fhir/R5/valueset-observation-vitalsignresult.html), units in UCUM. All else
is text. References are the addresses of the bundle's entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from trimer.core.errors import EngineError, InputError
from trimer.core.notice import NOTICE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pydantic import BaseModel

_SPACE = UUID("0d3f5f3e-2f3b-4c52-8d6f-6f0a7a1f3a10")
UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
TEST_DATA = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}

_UCUM = {
    "degC": "Cel", "mmHg": "mm[Hg]", "1/min": "/min", "%": "%", "U/L": "U/L", "mg/dL": "mg/dL",
    "g/dL": "g/dL", "mg/L": "mg/L", "ug/L": "ug/L", "G/L": "10*9/L", "kg": "kg", "mg": "mg",
    "mcg": "ug", "mcg/h": "ug/h", "mcg/day": "ug/d", "ng": "ng", "ng/day": "ng/d", "mL": "mL",
    "mL/h": "mL/h", "unit": "{unit}", "": "{score}",
}  # fmt: skip
"""Units as Trimer writes them, and in UCUM."""


class Maker:
    """Makes the resources of one bundle.

    Parameters
    ----------
    seed : str
        What the identities depend on.
    tags : sequence of str
        What has to be said of every resource besides the notice, such as a stamp.
    """

    def __init__(self, seed: str, tags: Sequence[str] = ()) -> None:
        self._seed = seed
        self._meta = {
            "security": [TEST_DATA],
            "tag": [{"display": text} for text in (NOTICE, *tags) if text],
        }
        self.made: list[BaseModel] = []

    def make(self, kind: str, key: str, **fields: object) -> dict[str, str]:
        """Make a resource, and return the reference to it.

        Parameters
        ----------
        kind : str
            Such as ``"Patient"``.
        key : str
            What tells it from others of its kind.
        **fields : object
            Its content; None is left out.
        """
        identity = str(uuid5(_SPACE, f"{self._seed}|{kind}|{key}"))
        content = {name: value for name, value in fields.items() if value not in (None, [], "")}
        self.made.append(_valid(kind, id=identity, meta=self._meta, **content))
        return {"reference": f"urn:uuid:{identity}"}

    def bundle(self, when: datetime) -> dict[str, Any]:
        """Return all of them as a bundle, as JSON has it."""
        entries = [
            {"fullUrl": f"urn:uuid:{resource.id}", "resource": resource}  # type: ignore[attr-defined]
            for resource in self.made
        ]
        whole = _valid(
            "Bundle",
            id=str(uuid5(_SPACE, f"{self._seed}|Bundle")),
            meta=self._meta,
            type="collection",
            timestamp=when.replace(microsecond=0),
            entry=entries,
        )
        content: dict[str, Any] = whole.model_dump(mode="json", exclude_none=True)
        return content


def quantity(value: float, unit: str) -> dict[str, Any]:
    """Return a quantity; `unit` as Trimer writes it."""
    return {"value": value, "unit": unit or "score", "system": UCUM, "code": _UCUM[unit]}


def concept(text: str, loinc: str = "") -> dict[str, Any]:
    """Return a concept as text, with a LOINC code where one is known."""
    coding = [{"system": LOINC, "code": loinc}] if loinc else None
    return {"text": text} | ({"coding": coding} if coding else {})


def _valid(kind: str, **fields: object) -> BaseModel:
    try:
        from fhir.resources import get_fhir_model_class
    except ModuleNotFoundError as missing:
        raise InputError(
            "FHIR needs the package fhir.resources, which is not installed. Install it with "
            "pip install 'trimer[fhir]'."
        ) from missing
    try:
        resource: BaseModel = get_fhir_model_class(kind)(**fields)
    except ValueError as reason:
        raise EngineError(f"A FHIR resource {kind} is not valid: {reason}.") from reason
    return resource
