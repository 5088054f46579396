# SPDX-License-Identifier: Apache-2.0
"""What the measurements were made on, without names of hosts."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def described() -> str:
    """Return the machine in a sentence."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    name = re.search(r"model name\s*: (.*)", info)
    vectors = next((x for x in ("avx512f", "avx2", "sse2") if f" {x}" in info), "?")
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    from trimer.engine.compile import llvm_version, processor

    return (
        f"{len(os.sched_getaffinity(0))} cores of {name[1] if name else platform.machine()} "
        f"({processor()[0]}, {vectors}), {gigabytes:.0f} GiB, {platform.system()} "
        f"{platform.release().split('-')[0]}, Python {platform.python_version()}, "
        f"{llvm_version()}"
    )


def load() -> float:
    """Return the load average of the last minute."""
    return os.getloadavg()[0]


def source() -> str:
    """Return a digest of Trimer's source: what was measured."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "src").rglob("*")):
        if path.suffix in {".py", ".csv", ".bib", ".toml"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def environment(*, keep_memory: bool = False) -> dict[str, str]:
    """Return the environment for a process of its own; by default memory is handled as usual."""
    kept = {k: v for k, v in os.environ.items() if keep_memory or not k.startswith("MALLOC_")}
    return kept | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}


def python(*arguments: str, keep_memory: bool = False) -> str:
    """Run Python on its own and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment(keep_memory=keep_memory), check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return done.stdout
