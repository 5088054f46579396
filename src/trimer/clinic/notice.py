# SPDX-License-Identifier: Apache-2.0
"""What every document of the clinic pack says first and last."""

from __future__ import annotations

from trimer.clinic.facts import read_facts
from trimer.core.notice import NOTICE, SHORT_NOTICE

BADGES = (
    f"{SHORT_NOTICE[0].upper()}{SHORT_NOTICE[1:]}",
    "For education and research",
)


def foot(*further: str) -> tuple[str, ...]:
    """Return the notice, the facts of the topic ``notice``, and what else has to be said."""
    from trimer import __version__

    said = " ".join(fact.says for fact in read_facts().of("notice"))
    return (NOTICE, said, *further, f"Made by Trimer {__version__}.")
