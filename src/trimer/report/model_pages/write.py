# SPDX-License-Identifier: Apache-2.0
"""Write the pages of a model: Markdown and SVG, the same for the same model."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from trimer import library
from trimer.core.errors import InputError
from trimer.core.textfile import read_text
from trimer.report.model_pages.dependence import Dependence
from trimer.report.model_pages.diagram import diagram
from trimer.report.model_pages.markdown import head
from trimer.report.model_pages.overview import influence, overview
from trimer.report.model_pages.part import chapters, read_table
from trimer.report.model_pages.part_page import part_page
from trimer.report.model_pages.variants_page import variants_page
from trimer.report.model_pages.whole_pages import card_page, index_page, outputs_page, sources_page
from trimer.trial.targets import read_targets

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.model.model import Model


def write_pages(name: str, folder: Path) -> tuple[Path, ...]:
    """Write the pages of a shipped model into a folder, which is made if it is not there.

    Files of the same names are replaced, others are left alone.

    Parameters
    ----------
    name : str
        A shipped model that has a table of parts.
    folder : Path
        Where to.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    InputError
        If the model has no table of parts, or something has no place in it.
    """
    texts = pages(name)
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    return tuple(folder / file for file in texts)


def pages(name: str) -> dict[str, str]:
    """Return the pages of a shipped model by the names of their files.

    Parameters
    ----------
    name : str
        A shipped model that has a table of parts.

    Raises
    ------
    InputError
        If the model has no table of parts, or something has no place in it.
    """
    told = library.folder(name) / "pages"
    if ":" in name or not (told / "parts.toml").is_file():
        raise InputError(
            f"No pages can be written of '{name}': it has no table of parts. "
            "Write those of 'flotetuzumab', which tell its variants too."
        )
    model = library.load(name)
    variants = {
        (option, value): library.load(name, **{option: value})
        for option, values in library.choices(name).items()
        for value in values[1:]
    }
    table = read_table(told / "parts.toml")
    switched = {option: variants[option, "on"] for option in _options(variants)}
    all_parts = chapters(table, model, switched)
    acts = influence(all_parts)
    found: dict[str, str] = {
        "index.md": index_page(model, all_parts, acts),
        "overview.svg": overview(all_parts, model.title),
        "card.md": card_page(model),
        "outputs.md": outputs_page(model),
        "variants.md": variants_page(
            model,
            variants,
            {one.part.option: one.part.name for one in all_parts if one.part.option},
        ),
        "sources.md": sources_page(
            model, (source for one in variants.values() for source in one.sources.values())
        ),
        "credibility.md": credibility_page(model, read_text(told / "credibility.md", InputError)),
    }
    dependences: dict[str, Dependence] = {}
    for chapter in all_parts:
        of = chapter.model.name
        dependence = dependences.setdefault(of, Dependence(chapter.model))
        found[f"{chapter.part.name}.svg"] = diagram(chapter, table, dependence)
        found[f"{chapter.part.name}.md"] = part_page(chapter, all_parts, acts, dependence)
    return found


def credibility_page(model: Model, text: str) -> str:
    """Return the statement of credibility, with numbers of the model and its targets put in.

    Parameters
    ----------
    model : Model
        Whose statement it is.
    text : str
        The statement; ``{assumed}`` stands for how many parameters are assumed, and so on.
    """
    bases = Counter(row.basis for row in model.parameters)
    uses = Counter(row.use for row in read_targets().rows)
    judged = sum(row.use == "predicted" and row.test != "P" for row in read_targets().rows)
    numbers = {
        "parameters": len(model.parameters),
        "species": len(model.species),
        "varied": len(model.varied),
        "rows": sum(uses.values()),
        "fit": uses["fit"],
        "predicted": uses["predicted"],
        "judged": judged,
        "shaping": uses["shaping"],
        "by_construction": uses["by construction"],
        "not_applicable": uses["not applicable"],
        "assumed_share": f"{100 * bases['assumed'] / len(model.parameters):.0f} %",
        **bases,
    }
    told = text.partition("-->\n")[2].strip()
    return "\n".join(head("Credibility", model)) + "\n" + told.format_map(numbers) + "\n"


def _options(variants: dict[tuple[str, str], Model]) -> tuple[str, ...]:
    return tuple(option for option, value in variants if value == "on")
