# SPDX-License-Identifier: Apache-2.0
"""Evaluating one of a model's functions for every row of a table, a vector of rows at a time.

Start values, dose factors and observables of a whole population are made with this.
"""

from __future__ import annotations

from trimer.engine.ir import LANES, Writer

#: Function; rows; width and address of Y, of P and of the result; work space for a vector of rows.
ROWS_FIELDS = ("function", "rows", "n", "Y", "m", "P", "k", "out", "y", "p", "result")


def rows_function() -> str:
    """Return the function ``rows(job)``; the job holds what :data:`ROWS_FIELDS` names."""
    w = Writer()
    f = {}
    for field, name in enumerate(ROWS_FIELDS):
        raw = w.read("i64", "%job", field)
        whole = name in ("rows", "n", "m", "k")
        f[name] = raw if whole else w.let(f"inttoptr i64 {raw} to ptr")

    def place(row: str, width: str, column: str) -> str:
        return w.let(f"add nsw i64 {w.let(f'mul nsw i64 {row}, {width}')}, {column}")

    rounded = w.let(f"add i64 {f['rows']}, {LANES - 1}")
    blocks = w.let(f"sdiv i64 {rounded}, {LANES}")
    with w.count(blocks) as block:
        first = w.let(f"mul nsw i64 {block}, {LANES}")
        for table, width, work in (("Y", "n", "y"), ("P", "m", "p")):
            with w.count(LANES) as lane:
                wish = w.let(f"add nsw i64 {first}, {lane}")
                last = w.let(f"sub nsw i64 {f['rows']}, 1")
                over = w.let(f"icmp sgt i64 {wish}, {last}")
                source = w.let(f"select i1 {over}, i64 {last}, i64 {wish}")
                with w.count(f[width]) as i:
                    value = w.read("double", f[table], place(source, f[width], i))
                    w.write("double", value, f[work], place(i, str(LANES), lane))
        w.do(f"call void {f['function']}(ptr {f['y']}, ptr {f['p']}, ptr {f['result']})")
        with w.count(LANES) as lane:
            row = w.let(f"add nsw i64 {first}, {lane}")
            with w.when(w.let(f"icmp slt i64 {row}, {f['rows']}")), w.count(f["k"]) as i:
                value = w.read("double", f["result"], place(i, str(LANES), lane))
                w.write("double", value, f["out"], place(row, f["k"], i))
    return w.function("rows", "ptr noalias %job")
