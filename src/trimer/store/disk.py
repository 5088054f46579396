# SPDX-License-Identifier: Apache-2.0
"""Write files so that a reader finds the old one or the new one, never half of it."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from trimer.core.errors import DiskError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Give a temporary name next to `path`; what was written there becomes `path` at the end.

    Raises
    ------
    DiskError
        If the disk refuses; nothing half-written stays behind.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise disk_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def disk_error(path: Path, error: OSError) -> DiskError:
    """Return the sentence for what the disk said."""
    reason = error.strerror or str(error)
    return DiskError(
        f"Cannot write '{path}': {reason}. Free some space, or choose another place with --out."
    )


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole."""
    with writing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole, as UTF-8."""
    write_bytes(path, text.encode())
