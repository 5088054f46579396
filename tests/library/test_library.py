# SPDX-License-Identifier: Apache-2.0
"""What is shipped."""

from __future__ import annotations

import pytest

from trimer import library
from trimer.core.errors import UnknownName
from trimer.core.sources import read_sources


@pytest.fixture(scope="module", params=library.names())
def shipped(request):
    """Return each shipped model in turn."""
    return library.load(request.param)


def test_models_are_listed_and_described():
    """The listed names can be described and loaded, each under its own name."""
    assert library.names() == ("flotetuzumab", "flotetuzumab-reference", "blinatumomab")
    assert "45 states" in library.description("flotetuzumab-reference")
    for name in library.names():
        assert library.load(name).name == name


def test_an_unknown_model_gets_a_suggestion():
    """A misspelled model is answered with the nearest name."""
    with pytest.raises(UnknownName, match=r"Unknown model 'flotetuzumb'\. Did you mean 'flotetuz"):
        library.load("flotetuzumb")


def test_a_model_that_is_built_on_another_names_the_files_of_both():
    """Nothing that defines it is forgotten, so that code from a cache is never stale."""
    own = {name: set(library.files(name)) for name in library.names()}
    assert own["flotetuzumab-reference"] < own["flotetuzumab"] < own["blinatumomab"]
    assert sum(path.name == "card.csv" for path in own["blinatumomab"]) == 3


def test_the_files_of_a_model_are_its_whole_definition():
    """Equations, card and sources are all named, in a fixed order."""
    files = library.files("flotetuzumab-reference")
    names = [path.name for path in files]
    assert names == sorted(names)
    assert {"__init__.py", "card.csv", "sources.bib", "drug.py", "t_cells.py"} <= set(names)
    assert all(path.is_file() for path in files)


@pytest.mark.parametrize(
    ("names", "path", "kind"),
    [
        (library.protocol_names, library.protocol_path, "protocol"),
        (library.study_names, library.study_path, "study"),
    ],
)
def test_shipped_protocols_and_studies_are_files(names, path, kind):
    """Every listed name has its TOML file; an unknown one gets a sentence."""
    for name in names():
        assert path(name).is_file()
    with pytest.raises(UnknownName, match=f"Unknown {kind} 'nothing'"):
        path("nothing")


def test_the_model_has_its_45_states_and_their_inputs(reference):
    """Size, inputs and routes are as documented."""
    assert len(reference.species) == 45
    assert [part.name for part in reference.inputs] == ["inf", "chemo"]
    routes = {(route.drug, route.kind) for route in reference.routes}
    assert ("flotetuzumab", "infusion") in routes
    assert ("tocilizumab", "bolus") in routes
    assert ("dexamethasone", "bolus") in routes
    assert reference.weight == "WT"
    assert reference.read_outs == ("crs_deviate",)


def test_the_drugs_of_a_model_are_known_without_building_it(shipped):
    """The list in the library is that of the routes."""
    assert set(library.drugs(shipped.name)) == {route.drug for route in shipped.routes}


def test_every_source_is_cited_and_every_number_has_one(shipped):
    """No source is there for show, and no parameter stands without one."""
    cited = {key for part in shipped.parameters for key in part.sources}
    cited |= {key for part in (*shipped.terms, *shipped.flows) for key in part.sources}
    assert cited == set(shipped.sources)
    assert all(part.sources and part.basis and part.definition for part in shipped.parameters)


def test_what_was_cited_from_memory_says_so():
    """Sources whose details were not looked up carry a note."""
    (path,) = [
        path for path in library.files("flotetuzumab-reference") if path.name == "sources.bib"
    ]
    sources = read_sources(path)
    for key in ("Halle2016", "Philipp2022", "Friberg2002"):
        assert "cited from memory" in sources[key].note


def test_a_model_says_what_it_is_not_for(shipped):
    """Assumptions and limits are sentences."""
    assert "Not for the care of a person" in shipped.limits[0]
    for sentence in (*shipped.assumptions, *shipped.limits):
        assert sentence.endswith(".")
        assert "  " not in sentence


def test_the_library_serves_what_a_clinic_measures(reference):
    """Observables have clinical names, units and labels."""
    units = {part.name: part.unit for part in reference.observables}
    assert units["concentration"] == "ng/mL"
    assert units["blasts"] == "%"
    assert units["T_cells"] == "cell/uL"
    assert units["temperature"] == "degC"
    assert all(part.label for part in reference.observables)
