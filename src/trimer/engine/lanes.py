# SPDX-License-Identifier: Apache-2.0
"""The words in which the driver is written: fields of the job, lanes of a vector, masks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from trimer.engine.ir import LANES, Writer
from trimer.engine.job import DOUBLE, FIELDS, WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A number per lane, a whole number per lane, a bit per lane.
VECTOR, INTEGERS, BITS = f"<{LANES} x double>", f"<{LANES} x i64>", f"i{LANES}"


class Lanes:
    """Writes one function of a job.

    Attributes
    ----------
    w : Writer
        Takes the instructions.
    f : dict
        The job's fields by name: an address, a whole number or a double.
    """

    def __init__(self) -> None:
        self.w = Writer()
        self.f: dict[str, str] = {}
        for name in FIELDS:
            raw = self.w.read("i64", "%job", FIELDS.index(name))
            if name in WHOLE:
                self.f[name] = raw
            elif name in DOUBLE:
                self.f[name] = self.w.let(f"bitcast i64 {raw} to double")
            else:
                self.f[name] = self.w.let(f"inttoptr i64 {raw} to ptr")

    def lane(self, kind: str, name: str, lane: str) -> str:
        """Return one lane's entry of a field."""
        return self.w.read(kind, self.f[name], lane)

    def set_lane(self, kind: str, value: str, name: str, lane: str) -> None:
        """Set one lane's entry of a field."""
        self.w.write(kind, value, self.f[name], lane)

    def vector(self, name: str) -> str:
        """Return a field of one number per lane."""
        return self.w.read(VECTOR, self.f[name])

    def spot(self, row: str, lane: str) -> str:
        """Return the place of (row, lane) in an array of vectors."""
        scaled = self.w.let(f"mul nsw i64 {row}, {LANES}")
        return self.w.let(f"add nsw i64 {scaled}, {lane}")

    def cell(self, row: str, width: str, column: str) -> str:
        """Return the place of (row, column) in a table by rows."""
        scaled = self.w.let(f"mul nsw i64 {row}, {width}")
        return self.w.let(f"add nsw i64 {scaled}, {column}")

    def plus(self, a: str, b: str | int) -> str:
        """Return the sum of two whole numbers."""
        return self.w.let(f"add nsw i64 {a}, {b}")

    def bit_set(self, mask: str) -> str:
        """Return a mask of lanes as one small whole number."""
        return self.w.let(f"bitcast <{LANES} x i1> {mask} to i{LANES}")

    def both(self, a: str, b: str) -> str:
        """Return the lanes in both masks."""
        return self.w.let(f"and <{LANES} x i1> {a}, {b}")

    def either(self, a: str, b: str) -> str:
        """Return the lanes in either mask."""
        return self.w.let(f"or <{LANES} x i1> {a}, {b}")

    def flipped(self, mask: str) -> str:
        """Return the lanes that are not in a mask."""
        return self.w.let(f"xor <{LANES} x i1> {mask}, splat (i1 true)")

    def everywhere(self, bit: str) -> str:
        """Return the mask of all lanes or of none, as the bit says."""
        kind = f"<{LANES} x i1>"
        one = self.w.let(f"insertelement {kind} poison, i1 {bit}, i64 0")
        return self.w.let(
            f"shufflevector {kind} {one}, {kind} poison, <{LANES} x i32> zeroinitializer"
        )

    @contextmanager
    def each_lane(self, waiting: str) -> Iterator[str]:
        """Do what is written inside for each lane of a mask variable; gives the lane.

        The variable is empty afterwards.
        """
        w = self.w
        with w.loop(lambda: w.let(f"icmp ne {BITS} {w.get(BITS, waiting)}, 0")):
            now = w.get(BITS, waiting)
            lowest = w.let(f"call {BITS} @llvm.cttz.{BITS}({BITS} {now}, i1 true)")
            others = w.let(f"and {BITS} {now}, {w.let(f'sub {BITS} {now}, 1')}")
            w.put(BITS, others, waiting)
            yield w.let(f"zext {BITS} {lowest} to i64")

    def turned(self, rows: list[str]) -> list[str]:
        """Return a square of vectors transposed: lane i of vector j becomes lane j of vector i."""
        rows = list(rows)
        distance = 1
        while distance < LANES:
            ahead, behind = [], []  # which lanes of (a, b) make the new a and the new b
            for lane in range(LANES):
                there = lane & distance
                ahead.append(LANES + lane - distance if there else lane)
                behind.append(LANES + lane if there else lane + distance)
            for i in range(LANES):
                if not i & distance:
                    a, b = rows[i], rows[i + distance]
                    rows[i], rows[i + distance] = self._mix(a, b, ahead), self._mix(a, b, behind)
            distance *= 2
        return rows

    def _mix(self, a: str, b: str, lanes: list[int]) -> str:
        listed = ", ".join(f"i32 {i}" for i in lanes)
        return self.w.let(f"shufflevector {VECTOR} {a}, {VECTOR} {b}, <{LANES} x i32> <{listed}>")

    def spread(self, scalar: str) -> str:
        """Return a vector with a whole number in every lane."""
        one = self.w.let(f"insertelement {INTEGERS} poison, i64 {scalar}, i64 0")
        return self.w.let(
            f"shufflevector {INTEGERS} {one}, {INTEGERS} poison, <{LANES} x i32> zeroinitializer"
        )
