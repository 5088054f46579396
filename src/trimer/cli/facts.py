# SPDX-License-Identifier: Apache-2.0
"""``trimer facts``."""

from __future__ import annotations

from pathlib import Path

from trimer.cli.output import say_json


def facts_(
    topic: str | None = None,
    /,
    *,
    out: list[Path] | None = None,
    force: bool = False,
    json: bool = False,
) -> None:
    """Say what the drug is: identity, status, trials, mechanism, effects, with dates and sources.

    Where evidence adds to what is commonly said, or contradicts it, both are shown.

    Parameters
    ----------
    topic
        identity, status, indications, trials, mechanism, dosing, adverse-effects, warnings,
        differences or notice; all if left out.
    out
        Write it to this file instead: .html, .pdf or .txt. May be given several times.
    force
        Replace files that are there.
    json
        Print JSON.
    """
    from trimer.clinic.facts import topic_named

    name = None if topic is None else topic_named(topic)
    if json and not out:
        from trimer.clinic.facts_page import facts_record

        say_json(facts_record(name))
        return
    from trimer.cli.documents import show_document
    from trimer.clinic.facts_page import facts_document

    show_document(facts_document(name), out, force=force, json=json)
