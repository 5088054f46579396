# SPDX-License-Identifier: Apache-2.0
"""The built page in the package is that of the sources in web/, and needs nothing else."""

from __future__ import annotations

import gzip
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src" / "trimer" / "page" / "static"


def _sources():
    spec = spec_from_file_location("page_sources", ROOT / "scripts" / "page_sources.py")
    module = module_from_spec(spec)
    sys.modules["page_sources"] = module
    spec.loader.exec_module(module)
    return module


def test_the_build_is_that_of_the_sources():
    """Whoever changes web/ runs scripts/build-page."""
    kept = (STATIC / "sources.txt").read_text(encoding="utf-8").strip()
    assert kept == _sources().digest(), "run scripts/build-page and commit what it writes"


def test_a_change_of_the_sources_is_seen(tmp_path):
    """The hash is of every file: one letter more is another."""
    import shutil

    module = _sources()
    web = tmp_path / "web"
    shutil.copytree(ROOT / "web", web, ignore=shutil.ignore_patterns("node_modules"))
    before = module.digest(web)
    assert before == module.digest()
    with (web / "src" / "app.css").open("a") as file:
        file.write(" ")
    assert module.digest(web) != before


def test_the_first_load_is_small():
    """Under 150 kB gzip for all pages without the scene, at most three scripts at first."""
    sizes = {p.name: len(gzip.compress(p.read_bytes(), 6)) for p in (STATIC / "assets").iterdir()}
    without_scene = sum(size for name, size in sizes.items() if not name.startswith("Mechanism"))
    assert without_scene < 150_000, sizes
    first = (STATIC / "index.html").read_text(encoding="utf-8")
    assert len(re.findall(r"<script", first)) <= 3
    assert sum(size for name, size in sizes.items() if name.startswith("Mechanism")) < 60_000


def test_nothing_is_loaded_from_elsewhere():
    """No font, script, style or picture of another host is named in what a browser loads."""
    for path in [STATIC / "index.html", *(STATIC / "assets").iterdir()]:
        text = path.read_text(encoding="utf-8")
        found = re.findall(
            r"""(?:src|href|url|import)\s*[=(]\s*["'(]?(https?:)?//[^\s"')]+""", text
        )
        assert not found, path.name
        hosts = set(re.findall(r"https?://([a-z0-9.-]+)", text))
        assert hosts <= {"www.w3.org", "svelte.dev"}, (path.name, hosts)


def test_no_registry_is_named():
    """The lock file keeps no download address."""
    text = (ROOT / "web" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
