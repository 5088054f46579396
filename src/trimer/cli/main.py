# SPDX-License-Identifier: Apache-2.0
"""Call a verb, and turn what can go wrong into a sentence and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from typing import TYPE_CHECKING, TextIO

from trimer.core.errors import TrimerError
from trimer.core.notice import NOTICE

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE, INPUT_WRONG, USAGE, PATIENTS_FAILED, OUR_BUG, DISK, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
"""Exit codes."""

HELP = f"""Flotetuzumab in silico: a CD3 engager, its patients and its ward, simulated.

{NOTICE}"""

EPILOGUE = (
    "Exit codes: 0 done, 1 the input is wrong, 2 usage, 3 some patients failed, 4 a bug in "
    "Trimer, 5 the disk or a server failed, 130 interrupted (what is done is kept)."
)

VERBS = {
    "list": "Shipped models, cohorts, protocols and studies.",
    "show": "One of them, or a file: equations, parameters, sources, doses, arms.",
    "check": "Find everything that is wrong with a study, a protocol or a parameter card.",
    "sample": "Draw virtual patients, of a cohort or from the parameter card.",
    "plan": "Write the infusion plan of a protocol for a patient, in clock time.",
    "simulate": "Follow one patient or a cohort through a protocol.",
    "trial": "Run the arms of a study and write a report.",
    "validate": "Compare the models with published figures.",
    "calibrate": "Fit the shipped model to published figures, or check the shipped fit.",
    "weigh": "Weigh plausible patients to published figures and draw a cohort of them.",
    "sensitivity": "Which parameters decide the outcome, and how much rests on assumptions.",
    "uncertainty": "Bands between patients and about the parameters, kept apart.",
    "escalate": "Conduct dose escalations on the virtual patients of a run.",
    "report": "Write the report of a run folder again.",
    "export": "Write a run for other programs: ADaM, NONMEM, CSV; or a patient's course: FHIR.",
    "serve": "Open a local page in the browser.",
    "runs": "List, show, compare, cite, resume and remove runs; tell a patient's story.",
    "facts": "What the drug is: status, trials, mechanism, effects, with dates and sources.",
    "ready": "What is missing before a first dose: tests, medicines, vaccines.",
    "guide": "Guides for a patient and for a nurse, from a protocol.",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    warnings.showwarning = _show_warning
    try:
        code = _call(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except TrimerError as error:
        return _fail(error.exit_code, str(error))
    except KeyboardInterrupt as interrupt:
        kept = f" {interrupt}" if str(interrupt) else ""
        return _fail(INTERRUPTED, f"Interrupted.{kept}")
    except BrokenPipeError:
        # The reader of our output has had enough: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        where = f" '{error.filename}'" if error.filename else ""
        return _fail(DISK, f"Cannot read or write{where}: {error.strerror or error}.")
    except Exception as error:  # noqa: BLE001 (whatever it is, the user gets a sentence)
        if os.environ.get("TRIMER_DEBUG"):
            traceback.print_exc()
        return _fail(
            OUR_BUG,
            f"This is a bug in Trimer: {type(error).__name__}: {error}. "
            "Set TRIMER_DEBUG=1 to see where, and please report it with the command you ran.",
        )
    return code


def _call(arguments: list[str]) -> int:
    from cyclopts import App, CycloptsError, Parameter

    from trimer import __version__

    app = App(
        name="trimer",
        help=HELP,
        help_epilogue=EPILOGUE,
        help_format="plaintext",
        default_parameter=Parameter(negative=()),
        version=f"trimer {__version__}\n{NOTICE}",
        version_format="plaintext",
        result_action="return_value",
        suppress_keyboard_interrupt=False,
    )
    for place, (verb, summary) in enumerate(VERBS.items()):
        app.command(f"trimer.cli.{verb}:{verb}_", name=verb, help=summary, sort_key=place)
    try:
        code = app(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        verb = arguments[0] if arguments and arguments[0] in VERBS else ""
        return _fail(USAGE, f"{error} See 'trimer {verb}{' ' if verb else ''}--help'.")
    return code if isinstance(code, int) else DONE


def _fail(code: int, sentence: str) -> int:
    sys.stdout.flush()
    sys.stderr.write(sentence.rstrip() + "\n")
    return code


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print our own warnings as a sentence, all others as Python does."""
    stream = sys.stderr if file is None else file
    if category.__module__.startswith("trimer."):
        stream.write(f"Note: {message}\n")
    else:
        stream.write(warnings.formatwarning(message, category, filename, lineno, line))
