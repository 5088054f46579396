# SPDX-License-Identifier: Apache-2.0
"""What a run folder says of itself: entries of ``run.json`` and ``model.json``."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from trimer import library
from trimer.core.sources import read_sources
from trimer.model.show import equations
from trimer.protocol.write import to_toml
from trimer.trial.cohorts import cohort_record
from trimer.trial.design.record import design_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trimer.engine.solution import Compiled
    from trimer.model.model import Model
    from trimer.protocol.protocol import Protocol
    from trimer.trial.study import Study

PACKAGES = ("numpy", "polars", "llvmlite", "scipy", "sympy")


def manifest(
    study: Study, compiled: Compiled, outputs: Sequence[str], rtol: float
) -> dict[str, Any]:
    """Return the entries of ``run.json`` that are known before the run."""
    labels = dict(zip(compiled.observables, compiled.observable_labels, strict=True))
    return {
        "study": {
            "name": study.name,
            "title": study.title or study.name,
            "question": study.question,
            **cohort_record(study.cohort),
            "patients": study.patients,
            "days": study.days,
            "every_hours": study.every_hours,
        },
        "arms": [
            {
                "name": arm.name,
                "label": arm.label,
                "protocol": arm.protocol.name,
                "title": arm.protocol.title or arm.protocol.name,
                "text": to_toml(arm.protocol),
            }
            for arm in study.arms
        ],
        **_graded(study),
        **design_record(study),
        "seed": study.seed,
        "model": {"name": compiled.name, "title": compiled.title, "version": compiled.version},
        "solver": {
            "engine": compiled.engine,
            "method": compiled.method,
            "rtol": rtol,
            "atol": f"{rtol:g} × typical magnitude of each species",
        },
        "hashes": {
            "model": compiled.model_hash,
            "card": card_hash(compiled),
            "study": _digest([study.text]) if study.text else "",
            "protocols": {arm.name: _digest([to_toml(arm.protocol)]) for arm in study.arms},
        },
        "versions": {"trimer": version_of("trimer"), "python": platform.python_version()}
        | {name: version_of(name) for name in PACKAGES},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "units": {name: compiled.units[name] for name in outputs},
        "labels": {name: labels.get(name) or name for name in outputs},
    }


def card_hash(compiled: Compiled) -> str:
    """Return a hash of the parameter card: values, units, spreads, sources and basis."""
    return _digest(repr(_plain(row)) for row in compiled.parameter_table)


def _graded(study: Study) -> dict[str, Any]:
    """Return who graded CRS, and what has to be said of the policy, of a run on a ward."""
    if not all(arm.protocol.is_closed_loop for arm in study.arms):
        return {}
    notices = dict.fromkeys(arm.protocol.policy_notice for arm in study.arms)
    return {
        "graded_by": "ward",
        "policy_notice": " ".join(notice for notice in notices if notice),
        "rules": {
            arm.name: {rule.name: str(rule) for rule in arm.protocol.rules} for arm in study.arms
        },
    }


def model_record(model: Model, protocols: Iterable[Protocol] = ()) -> dict[str, Any]:
    """Return ``model.json``: the model in words, for a report that has the folder alone."""
    sources = dict(model.sources)
    shipped = library.protocol_path(library.protocol_names()[0]).parent / "sources.bib"
    known = read_sources(shipped) if shipped.is_file() else {}
    for key in (key for protocol in protocols for key in protocol.sources):
        if key in known:
            sources.setdefault(key, known[key])
    return {
        "name": model.name,
        "title": model.title,
        "version": model.version,
        "species": [_part(part) for part in model.species],
        "observables": [_part(part) | {"label": part.label} for part in model.observables],
        "inputs": [_part(part) for part in model.inputs],
        "parameters": [
            {
                "name": row.name,
                "definition": row.definition,
                "value": row.value,
                "unit": row.unit,
                "spread": row.spread,
                "source": ", ".join(row.sources),
                "basis": row.basis,
                "details": row.details,
            }
            for row in model.parameters
        ],
        "equations": [asdict(equation) for equation in equations(model)],
        "sources": [asdict(source) for source in sources.values()],
        "assumptions": list(model.assumptions),
        "limits": list(model.limits),
    }


def version_of(package: str) -> str:
    """Return the version of a package, or that it is not there."""
    if package == "trimer":
        from trimer import __version__

        return __version__
    module = sys.modules.get(package)
    try:
        return str(getattr(module, "__version__", "") or version(package))
    except PackageNotFoundError:
        return "not installed"


def _part(part: Any) -> dict[str, str]:  # noqa: ANN401 (species, observables and inputs alike)
    return {"name": part.name, "definition": part.definition, "unit": part.unit}


def _plain(row: Any) -> tuple[Any, ...]:  # noqa: ANN401 (the rows of every engine)
    return (row.name, row.value, row.unit, row.spread, tuple(row.sources), row.basis)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
