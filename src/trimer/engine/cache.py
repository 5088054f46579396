# SPDX-License-Identifier: Apache-2.0
"""Compiled code kept between runs, in two levels.

The first key is known before any model is built: the files that define the model, the engine's
own files, the versions of the packages that take part, and the processor. A hit loads code
without importing sympy, pint or SciPy. The second key is the generated code itself, so models
that differ only in wording share one object file.

Entries carry a checksum and are written under another name first. An entry that does not read
back is rebuilt, with a note. Without a writable folder nothing is kept and nothing fails.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIGEST = 32


class CacheNote(UserWarning):
    """Says that a damaged cache entry is being rebuilt."""


def folder() -> Path | None:
    """Return the folder of compiled code, or None if there is no place for one.

    ``TRIMER_CACHE`` names it; else it is ``trimer`` in ``XDG_CACHE_HOME`` or in ``~/.cache``.
    """
    named = os.environ.get("TRIMER_CACHE")
    if named:
        path = Path(named)
    else:
        base = os.environ.get("XDG_CACHE_HOME")
        try:
            path = (Path(base) if base else Path.home() / ".cache") / "trimer"
        except RuntimeError:  # nobody knows where home is
            return None
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return path if os.access(path, os.W_OK | os.X_OK) else None


def digest(*parts: bytes | str) -> str:
    """Return a name that stands for the given parts, in order."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "little"))
        total.update(data)
    return total.hexdigest()[:40]


def digest_files(files: Iterable[Path]) -> str:
    """Return a name that stands for the names and contents of files."""
    parts: list[bytes | str] = []
    for path in files:
        parts += [path.name, path.read_bytes()]
    return digest(*parts)


@cache
def generator() -> str:
    """Return a name that stands for everything that turns a model into machine code."""
    from importlib.metadata import version

    from trimer.engine.compile import llvm_version, processor
    from trimer.engine.ir import LANES

    here = Path(__file__).parent
    own = [*sorted(here.glob("*.py")), *sorted((here.parent / "model").glob("*.py"))]
    own.append(here.parent / "core" / "units.py")  # what passes its checks may be compiled
    return digest(
        digest_files(own),
        version("sympy"),
        version("pint"),
        llvm_version(),
        str(LANES),
        *processor(),
    )


def read(name: str) -> bytes | None:
    """Return an entry, or None if it is not there or damaged."""
    place = folder()
    if place is None:
        return None
    try:
        data = (place / name).read_bytes()
    except OSError:
        return None
    body = data[_DIGEST:]
    if hashlib.sha256(body).digest() != data[:_DIGEST]:
        with contextlib.suppress(OSError):  # so that it is told once
            (place / name).unlink()
        note(name)
        return None
    return body


def note(name: str) -> None:
    """Tell that an entry of the cache is damaged and will be rebuilt."""
    text = f"The cached file '{name}' in {folder()} is damaged; it is being rebuilt."
    warnings.warn(CacheNote(text), stacklevel=3)


def write(name: str, body: bytes) -> None:
    """Keep an entry if there is a place for it; another process may do the same."""
    place = folder()
    if place is None:
        return
    with contextlib.suppress(OSError):
        handle, temporary = tempfile.mkstemp(dir=place, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(body).digest() + body)
            Path(temporary).replace(place / name)
        except OSError:
            Path(temporary).unlink(missing_ok=True)


def read_table(name: str) -> dict[str, Any] | None:
    """Return an entry that holds a JSON object, or None."""
    body = read(name)
    return None if body is None else json.loads(body)


def write_table(name: str, table: dict[str, Any]) -> None:
    """Keep a JSON object."""
    write(name, json.dumps(table).encode())
