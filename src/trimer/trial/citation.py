# SPDX-License-Identifier: Apache-2.0
"""How a run is cited, so that a reader can do it again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trimer.core.notice import SHORT_NOTICE

if TYPE_CHECKING:
    from trimer.store import StoredRun


def citation(run: StoredRun) -> str:
    """Return a paragraph that names everything the numbers depend on."""
    manifest = run.manifest
    study, model, solver = manifest["study"], manifest["model"], manifest["solver"]
    hashes = manifest["hashes"]
    protocols = ", ".join(f"{arm} {code}" for arm, code in hashes["protocols"].items())
    return (
        f"The Trimer contributors. Trimer {manifest['versions']['trimer']}: {study['title']}. "
        f"Simulated on {manifest['created'][:10]}, run '{manifest['run']}' ({run.status}): "
        f"{study['patients']:,} virtual patients of cohort '{study['cohort']}', "
        f"{study['days']:g} days, seed {manifest['seed']}. "
        f"Model {model['name']} {model['version']} (equations {hashes['model']}, parameter card "
        f"{hashes['card']}); protocols {protocols}; {solver['method']}, rtol {solver['rtol']:g}, "
        f"engine {solver['engine']}. {SHORT_NOTICE[0].upper()}{SHORT_NOTICE[1:]}."
    )


def bibtex(run: StoredRun) -> str:
    """Return the same as an entry of BibTeX."""
    manifest = run.manifest
    study, hashes = manifest["study"], manifest["hashes"]
    key = re.sub(r"[^A-Za-z0-9]+", "", f"Trimer{manifest['created'][:4]}{study['name']}")
    note = (
        f"Run {manifest['run']}, seed {manifest['seed']}, model {manifest['model']['name']} "
        f"{manifest['model']['version']} (equations {hashes['model']}, card {hashes['card']}). "
        f"{SHORT_NOTICE[0].upper()}{SHORT_NOTICE[1:]}."
    )
    fields = {
        "author": "{The Trimer contributors}",
        "title": f"Trimer {manifest['versions']['trimer']}: {study['title']}",
        "year": manifest["created"][:4],
        "note": note,
    }
    lines = [f"  {name} = {{{_plain(value)}}}," for name, value in fields.items()]
    return "\n".join([f"@software{{{key},", *lines, "}"])


def _plain(text: str) -> str:
    """Escape what TeX takes for its own."""
    return re.sub(r"([#$%&_])", r"\\\1", text)
