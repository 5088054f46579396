# SPDX-License-Identifier: Apache-2.0
"""The pages of a model are up to date and complete, and a gap is told."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sympy

from trimer import library
from trimer.cli.main import main
from trimer.core.errors import InputError
from trimer.report.model_pages.dependence import Dependence
from trimer.report.model_pages.evaluate import evaluate
from trimer.report.model_pages.part import Chapter, chapters, read_table
from trimer.report.model_pages.place import Box, Wish, bent, place

DOCS = Path(__file__).parents[2] / "docs" / "model"
TOLD = library.folder("flotetuzumab") / "pages" / "parts.toml"
AGAIN = "Write them anew: trimer show flotetuzumab --docs docs/model"


@pytest.fixture(scope="module")
def model():
    """Return the shipped model."""
    return library.load("flotetuzumab")


@pytest.fixture(scope="module")
def variants():
    """Return the variants that bring parts of their own."""
    names = ("synapse", "immunogenicity")
    return {name: library.load("flotetuzumab", **{name: "on"}) for name in names}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the pages as the command writes them now, by the names of their files."""
    folder = tmp_path_factory.mktemp("pages") / "model"
    assert main(["show", "flotetuzumab", "--docs", str(folder)]) == 0
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_pages_are_up_to_date(written):
    """What is in docs/model is what the model says."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in DOCS.iterdir()}
    assert sorted(kept) == sorted(written), AGAIN
    stale = [name for name, text in written.items() if kept[name] != text]
    assert not stale, AGAIN


def test_everything_is_on_a_page(written, model):
    """Every species, process, parameter, read-out and source of the model is told."""
    text = "\n".join(page for name, page in written.items() if name.endswith(".md"))
    for part in (*model.species, *model.terms, *model.baselines, *model.inputs, *model.roots):
        assert f"`{part.name}`" in text
    assert all(f"| {flow.name}" in text.replace(r"\_", "_") for flow in model.flows)
    card = written["card.md"]
    assert all(f"| `{row.name}` |" in card for row in model.parameters)
    assert all(f"| `{one.name}` |" in written["outputs.md"] for one in model.observables)
    assert all(f"## {key}" in written["sources.md"] for key in model.sources)


def test_links_lead_somewhere(written):
    """Links between pages, to files of the project and to headings are not broken."""
    for name, page in written.items():
        if not name.endswith(".md"):
            continue
        for target in re.findall(r"\]\(([^)#]*)(?:#[^)]*)?\)", page):
            assert target in written or (DOCS / target).exists() or not target, (name, target)
        for key in re.findall(r"\(sources\.md#([^)]*)\)", page):
            assert re.search(
                rf"^## {re.escape(key)}$", written["sources.md"], re.MULTILINE | re.IGNORECASE
            )


def test_mathematics_is_balanced(written):
    """Every equation closes what it opens, and no code or table is left open."""
    for name, page in written.items():
        for equation in re.findall(r"```math\n(.*?)\n```", page, re.DOTALL):
            assert equation.count("{") == equation.count("}"), (name, equation)
            assert equation.count(r"\left(") == equation.count(r"\right)"), (name, equation)
            assert equation.count(r"\begin") == equation.count(r"\end"), (name, equation)
        for line in page.splitlines():
            if line.startswith("|"):
                assert line.endswith("|")
                assert line.replace(r"\|", "").count("`") % 2 == 0


def test_pictures_are_drawn(written):
    """Every picture is XML, has all species of its part, and nothing lies outside of it."""
    for part in read_table(TOLD).parts:
        root = ET.fromstring(written[f"{part.name}.svg"])  # noqa: S314 (ours)
        width, height = (float(x) for x in root.attrib["viewBox"].split()[2:])
        words = {element.text for element in root.iter() if element.tag.endswith("}text")}
        assert {*part.species} - part.alike <= words
        for element in root.iter():
            if element.tag.endswith("}text"):
                assert 0 < float(element.attrib["x"]) < width
                assert 0 < float(element.attrib["y"]) < height


def test_pages_say_what_they_are(written):
    """Every page carries the notice, and the statement of credibility its numbers."""
    assert all("not medical advice" in text for name, text in written.items() if ".md" in name)
    assert not re.search(r"\{\w+\}", written["credibility.md"])
    assert "from memory" in written["credibility.md"]


def test_a_quantity_without_a_part_is_told(model, variants):
    """A species that no part has, or two have, is a sentence that names it."""
    table = read_table(TOLD)
    first, second, *others = table.parts
    lacking = replace(first, species=first.species[1:])
    with pytest.raises(InputError, match="'Dc' of 'flotetuzumab' has no part"):
        chapters(replace(table, parts=(lacking, second, *others)), model, variants)
    double = replace(second, species=("Dc",))
    with pytest.raises(InputError, match="'Dc' of 'flotetuzumab' has two parts"):
        chapters(replace(table, parts=(first, double, *others)), model, variants)
    strange = replace(second, rows=(*second.rows, ("Nonesuch",)))
    with pytest.raises(InputError, match="shows 'Nonesuch', which the model does not have"):
        chapters(replace(table, parts=(first, strange, *others)), model, variants)


def test_an_actor_that_is_not_shown_is_told(model):
    """A picture that leaves out what acts on its processes is a sentence that names it."""
    part = next(part for part in read_table(TOLD).parts if part.name == "nervous-system")
    flows = tuple(flow for flow in model.flows if flow.changes[0][0] == "Neuro")
    without = replace(part, rows=(("IFNg", "Neuro"),))
    with pytest.raises(InputError, match="'Vasc' acts on 'impairment' and is not shown"):
        Dependence(model).arcs(Chapter(without, model, flows))


@pytest.mark.parametrize(
    ("part", "source", "target", "way"),
    [
        ("monocytes", "RO", "IL-6 decay", "inhibits"),
        ("monocytes", "Ad", "u", "inhibits"),
        ("drug", "R3b", "blood CD3 binding", "stimulates"),
        ("drug", "TRb", "R3b", "inhibits"),
        ("leukemia", "kapm", "stem cell kill", "stimulates"),
        ("leukemia", "a", "blast birth", "inhibits"),
        ("blood-formation", "ANC", "fb", "inhibits"),
        ("vital-signs", "Vasc", "pressure", "inhibits"),
        ("vital-signs", "s6", "F", "stimulates"),
    ],
)
def test_arrows_point_the_right_way(model, variants, part, source, target, way):
    """Signs that are known from pharmacology come out of the equations."""
    told = chapters(read_table(TOLD), model, variants)
    chapter = next(chapter for chapter in told if chapter.part.name == part)
    arcs = {(arc.source, arc.target): arc.way for arc in Dependence(model).arcs(chapter)}
    assert arcs[source, target] == way


def test_evaluation_agrees_with_sympy(model):
    """The quick evaluator gives what sympy gives, for every term of the model."""
    values = Dependence(model)._values
    for term in model.terms:
        names = [symbol.name for symbol in term.expression.free_symbols]
        at = {sympy.Symbol(name): float(values[name][3]) for name in names}
        assert float(term.expression.evalf(subs=at)) == pytest.approx(
            float(np.broadcast_to(evaluate(term.expression, values), 64)[3]), rel=1e-9, abs=1e-12
        )


def test_a_process_keeps_off_boxes():
    """A process between two boxes stands between them, off a third box, and in line."""
    boxes = {"A": Box(137, 92, 69, 23), "B": Box(501, 92, 69, 23), "C": Box(319, 184, 69, 23)}
    spot = place(boxes, [Wish("a", ("A", "B"), ("C",))], [], (640.0, 280.0))["a"]
    assert 206 < spot[0] < 432
    assert spot[1] == 92


def test_a_line_goes_around_a_box():
    """A line through a box is bent, and one that is free is not."""
    assert bent((0, 0), (400, 0), [Box(200, 100, 60, 20)]) is None
    over = bent((0, 0), (400, 0), [Box(200, 5, 60, 20)])
    assert over is not None
    assert abs(over[1]) >= 40


def test_a_model_without_parts_is_refused(tmp_path, capsys):
    """`trimer show --docs` of a model without a table of parts, or of none, is a sentence."""
    assert main(["show", "blinatumomab", "--docs", str(tmp_path)]) == 1
    assert "No pages can be written of 'blinatumomab'" in capsys.readouterr().err
    assert main(["show", "nonesuch", "--docs", str(tmp_path)]) == 1
    assert not list(tmp_path.iterdir())
