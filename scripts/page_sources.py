# SPDX-License-Identifier: Apache-2.0
"""Print one hash of all files that the page is built from; the built page keeps it."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

WEB = Path(__file__).parent.parent / "web"
FILES = ("index.html", "package.json", "package-lock.json", "svelte.config.js", "tsconfig.json",
         "vite.config.ts")  # fmt: skip


def digest(web: Path = WEB) -> str:
    """Return the hash of names and contents."""
    found = hashlib.sha256()
    inside = (p for p in (web / "src").rglob("*") if p.is_file() and ".test." not in p.name)
    for path in sorted([*inside, *(web / name for name in FILES)]):
        found.update(path.relative_to(web).as_posix().encode() + b"\0")
        found.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return found.hexdigest()


if __name__ == "__main__":
    sys.stdout.write(f"{digest()}\n")
