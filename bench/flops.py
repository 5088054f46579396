# SPDX-License-Identifier: Apache-2.0
"""Floating-point operations of a step, and how many a core can do at most.

Operations are counted in the LLVM text that is compiled, by walking through it: loops in a step
run a number of times that does not depend on data. A fused multiply-add counts two, a division or
a square root one; comparisons, choices, signs and moves count nothing.
"""

from __future__ import annotations

import ctypes
import operator
import re
import time
from typing import TYPE_CHECKING

from trimer.engine.compile import compile_text, load_object
from trimer.engine.ir import ATTRIBUTES, LANES, Writer, declarations

if TYPE_CHECKING:
    from collections.abc import Iterator

_COST = {"fadd": 1, "fsub": 1, "fmul": 1, "fdiv": 1}
_CHAINS = 16  # independent chains: more than latency times units of any core of today
_WHOLE = {"add": operator.add, "mul": operator.mul, "icmp": operator.lt}  # loops count with slt
_SET = re.compile(r"(%\S+) = (.*)")
_VECTOR = f"<{LANES} x double>"


def step_flops(text: str) -> int:
    """Return the operations of one call of ``step``, per patient."""
    return _Walk(_functions(text), "step").flops


def _functions(text: str) -> dict[str, dict[str, list[str]]]:
    """Return the blocks of every function, by name and label."""
    found: dict[str, dict[str, list[str]]] = {}
    for match in re.finditer(r"^define .*?@(\w+)\(.*?\{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL):
        blocks: dict[str, list[str]] = {}
        for line in match[2].splitlines():
            if line.endswith(":"):
                blocks[line[:-1]] = []
            else:
                blocks[next(reversed(blocks))].append(line.strip())
        found[match[1]] = blocks
    return found


class _Walk:
    """Follows a function from block to block; only whole numbers are computed."""

    def __init__(self, functions: dict[str, dict[str, list[str]]], name: str) -> None:
        self.functions = functions
        self.flops = 0
        self._known: dict[str, int] = {}
        self._memory: dict[str, int] = {}
        label = "entry"
        while label:
            label = self._block(functions[name][label])

    def _block(self, lines: list[str]) -> str:
        """Carry out a block; return the label of the next one, empty at the end."""
        for line in lines[:-1]:
            if found := _SET.match(line):
                self.flops += _cost(found[2])
                self._assign(found[1], found[2].replace(",", "").split())
            elif line.startswith("store i64"):
                words = line.replace(",", "").split()
                self._memory[words[4]] = self._number(words[2])
            elif line.startswith("call void @"):
                name = line.removeprefix("call void @").partition("(")[0]
                self.flops += _Walk(self.functions, name).flops
        words = lines[-1].replace(",", "").split()
        if words[0] == "ret":
            return ""
        if words[1] == "label":
            return words[2].removeprefix("%")
        return words[4 if self._known[words[2]] else 6].removeprefix("%")

    def _assign(self, name: str, words: list[str]) -> None:
        if words[:2] == ["load", "i64"]:
            self._known[name] = self._memory[words[3]]
        elif words[0] in _WHOLE and "i64" in words:
            a, b = (self._number(word) for word in words[-2:])
            self._known[name] = _WHOLE[words[0]](a, b)

    def _number(self, word: str) -> int:
        return self._known[word] if word.startswith("%") else int(word)


def _cost(value: str) -> int:
    if _VECTOR not in value:
        return 0
    if "@llvm.fma" in value:
        return 2
    if "@llvm.sqrt" in value:
        return 1
    return _COST.get(value.split(maxsplit=1)[0], 0)


def peak(seconds: float = 0.3) -> float:
    """Return the most floating-point operations a second that one core was seen to do."""
    _keep, addresses = load_object(compile_text(_peak_text()), ("peak",), key="bench-peak")
    run = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_void_p)(addresses["peak"])
    out = (ctypes.c_double * LANES)()
    return max(_rates(run, out, seconds))


def _rates(run: object, out: object, seconds: float) -> Iterator[float]:
    rounds = 1_000_000
    for _ in range(8):
        before = time.process_time()
        run(rounds, ctypes.addressof(out))
        spent = time.process_time() - before
        yield rounds * _CHAINS * LANES * 2 / spent
        rounds = max(rounds, int(rounds * seconds / spent))


def _peak_text() -> str:
    """Return ``peak(rounds, out)``: independent chains of fused multiply-adds."""
    w = Writer()
    v = w.vector
    chains = [w.variable(v, w.number(0.1 * i)) for i in range(_CHAINS)]
    with w.count("%rounds"):
        for chain in chains:
            w.put(v, w.fma(w.get(v, chain), w.number(0.999999), w.number(1e-7)), chain)
    total = w.get(v, chains[0])
    for chain in chains[1:]:
        total = w.binary("fadd", total, w.get(v, chain))
    w.do(f"store {v} {total}, ptr %out, align 8")
    return declarations() + w.function("peak", "i64 %rounds, ptr %out") + ATTRIBUTES
