# SPDX-License-Identifier: Apache-2.0
"""MathML from a run folder, let into a page only as far as it is MathML."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

_ELEMENTS = frozenset(
    ("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup")
)
_ATTRIBUTES = frozenset(("mathvariant", "stretchy", "fence", "separator", "displaystyle"))
_NAMESPACE = re.compile(r"^\{[^}]*\}")


def safe_mathml(text: str) -> str:
    """Return ``<math>`` elements without anything a page could run or load.

    A sum is cut before each plus and minus into elements of their own, because browsers break a
    line only between elements.

    Parameters
    ----------
    text : str
        What the run folder holds.

    Returns
    -------
    str
        The elements, one or more; empty when the text is not MathML.

    Examples
    --------
    >>> safe_mathml("<math><mi onclick='x()'>k</mi></math>")
    '<math><mi>k</mi></math>'
    >>> safe_mathml("<math><script>x()</script></math>"), safe_mathml("k < 1")
    ('', '')
    """
    if "<!" in text or "<?" in text:
        return ""
    try:
        root = ET.fromstring(text)  # noqa: S314 - no declarations: entities cannot grow
    except ET.ParseError:
        return ""
    for element in root.iter():
        element.tag = _NAMESPACE.sub("", element.tag)
        if element.tag not in _ELEMENTS:
            return ""
        for name in list(element.attrib):
            if name not in _ATTRIBUTES:
                del element.attrib[name]
    if root.tag != "math":
        return ""
    return " ".join(ET.tostring(piece, encoding="unicode") for piece in _pieces(root))


def _pieces(root: ET.Element) -> list[ET.Element]:
    """Cut an equation behind its equal sign and before the terms of a sum."""
    pieces = [ET.Element("math")]
    for part in root:
        if part.tag == "mrow" and any(_is_sign(child) for child in part):
            pieces += _terms(part)
        else:
            pieces[-1].append(part)
    return pieces


def _terms(row: ET.Element) -> list[ET.Element]:
    terms = [ET.Element("math")]
    for child in row:
        if _is_sign(child) and len(terms[-1]):
            child.attrib |= {"form": "infix", "lspace": "0", "rspace": "0.25em"}
            terms.append(ET.Element("math"))
        terms[-1].append(child)
    return terms


def _is_sign(element: ET.Element) -> bool:
    return element.tag == "mo" and element.text in ("+", "-", "−")
