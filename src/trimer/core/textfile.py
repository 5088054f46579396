# SPDX-License-Identifier: Apache-2.0
"""Read a text file, or say in one sentence why it cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES = 16 * 1024 * 1024


def read_text(path: Path, error: type[InputError] = InputError) -> str:
    """Return the text of a file.

    Parameters
    ----------
    path : Path
        File to read.
    error : type of InputError
        What to raise.

    Raises
    ------
    InputError
        If there is no such file, it cannot be opened, is empty, is not UTF-8 text or is larger
        than any text written by hand (16 MiB).
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        message = f"Missing file '{path}': there is no such file. Check its name."
        raise error(message) from None
    except IsADirectoryError:
        message = f"Cannot read '{path}': it is a folder. Name a file in it."
        raise error(message) from None
    except (OSError, ValueError) as reason:
        message = f"Cannot read '{path}': {reason}."
        raise error(message) from None
    if len(raw) > _MOST_BYTES:
        message = f"Cannot read '{path}': it is larger than 16 MiB. Is it the right file?"
        raise error(message)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = raw[: reason.start].count(b"\n") + 1
        message = f"Not text in '{path}', line {line}: save the file as UTF-8 text."
        raise error(message) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        message = f"Not text in '{path}', line {line}: got a zero byte. Is it the right file?"
        raise error(message)
    if not text.strip():
        message = f"Empty file '{path}': nothing is written in it. Fill it, or name another file."
        raise error(message)
    return text
