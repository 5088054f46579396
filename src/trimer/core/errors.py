# SPDX-License-Identifier: Apache-2.0
"""Every error Trimer raises on purpose.

::

    TrimerError
    ├── InputError          what was given is wrong (exit code 1)
    │   ├── Problems        several such sentences at once
    │   ├── ModelError      a model declaration
    │   ├── UnitError       a unit
    │   ├── CardError       a parameter card
    │   ├── SourceError     a list of sources
    │   ├── ProtocolError   a dosing protocol
    │   ├── StudyError      a study file
    │   ├── CohortError     a cohort of patients
    │   ├── StoreError      a run folder
    │   └── UnknownName     a name that nothing answers to
    ├── PatientsFailed      some patients could not be simulated (exit code 3)
    ├── EngineError         our bug (exit code 4)
    ├── DiskError           the disk failed (exit code 5)
    └── ServerError         a worker process or a cluster failed (exit code 5)

A message is a sentence: ``<what> in <where>: got <value>; <allowed>. <next step>.``
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class TrimerError(Exception):
    """Base of all errors Trimer raises on purpose."""

    exit_code: ClassVar[int] = 4


class InputError(TrimerError):
    """What was given is wrong; the message says where and what is allowed.

    Parameters
    ----------
    *problems : str
        One sentence for each thing that is wrong.

    Examples
    --------
    >>> error = InputError("A is negative.", "B has no source.")
    >>> error.problems
    ('A is negative.', 'B has no source.')
    >>> print(error)
    A is negative.
    B has no source.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, *problems: str) -> None:
        self.problems: tuple[str, ...] = problems
        super().__init__(*problems)

    def __str__(self) -> str:
        """Return the sentences, one a line."""
        return "\n".join(self.problems)


class Problems(InputError):
    """Several things of different kinds are wrong at once.

    Parameters
    ----------
    problems : iterable of str
        The sentences.

    Examples
    --------
    >>> Problems(["A is negative.", "B has no source."]).problems
    ('A is negative.', 'B has no source.')
    """

    def __init__(self, problems: Iterable[str]) -> None:
        super().__init__(*problems)

    def __reduce__(self) -> tuple[type[Problems], tuple[tuple[str, ...]]]:
        # The default would hand the joined text back to __init__ letter by letter.
        return type(self), (self.problems,)


class ModelError(InputError):
    """A model declaration is wrong."""


class UnitError(InputError):
    """A unit is unknown, or two units do not fit together."""


class CardError(InputError):
    """A parameter card is wrong."""


class SourceError(InputError):
    """A list of sources is wrong, or a source is unknown."""


class ProtocolError(InputError):
    """A dosing protocol is wrong."""


class ConditionError(InputError):
    """A condition cannot be read, or asks for what there is not."""


class StudyError(InputError):
    """A study file is wrong."""


class CohortError(InputError):
    """A cohort of patients is wrong."""


class StoreError(InputError):
    """A run folder is wrong, or in the way."""


class UnknownName(InputError):
    """A name that nothing answers to."""


class PatientsFailed(TrimerError):
    """Some patients could not be simulated to the end."""

    exit_code: ClassVar[int] = 3


class EngineError(TrimerError):
    """The engine broke a promise; this is our bug."""

    exit_code: ClassVar[int] = 4


class DiskError(TrimerError):
    """The disk could not be read or written."""

    exit_code: ClassVar[int] = 5


class ServerError(TrimerError):
    """A worker process or a cluster failed."""

    exit_code: ClassVar[int] = 5


_MOST_SHOWN = 12


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Say which known name was probably meant.

    Parameters
    ----------
    name : str
        What was written.
    known : iterable of str
        What would have been understood.

    Returns
    -------
    str
        A sentence with a leading space, to put at the end of an error message.

    Examples
    --------
    >>> did_you_mean("CRSS", ["CRS", "IL6"])
    " Did you mean 'CRS'?"
    >>> did_you_mean("WTT", ["WT", "wt"])
    " Did you mean 'WT'?"
    >>> did_you_mean("blood pressure", ["CRS", "IL6"])
    ' Known: CRS, IL6.'
    >>> did_you_mean("x", [])
    ' None is known here.'
    """
    names = list(known)
    if not names:
        return " None is known here."
    by_lower: dict[str, list[str]] = {}
    for other in names:
        by_lower.setdefault(other.lower(), []).append(other)
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    if close:
        alike = by_lower[close[0]]  # WT and wt may both be known
        best = difflib.get_close_matches(name, alike, n=1, cutoff=0.0)[0]
        return f" Did you mean '{best}'?"
    shown = ", ".join(names[:_MOST_SHOWN])
    rest = len(names) - _MOST_SHOWN
    return f" Known: {shown} and {rest} more." if rest > 0 else f" Known: {shown}."
