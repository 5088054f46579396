# SPDX-License-Identifier: Apache-2.0
"""From a model to machine code: CPU seconds, imports left out, each time in a fresh process."""

from __future__ import annotations

import json
import time
from statistics import median
from typing import Any

from bench.machine import python

TIMES = 5
LIMIT = 0.7
STAGES = {
    "build": "declare the model and check its units",
    "lower": "lower it, differentiate, factorize, write LLVM IR",
    "llvm": "LLVM: machine code",
    "load": "load the code",
    "driver": "LLVM: the driver, once per version of Trimer",
}


def measure() -> dict[str, Any]:
    """Return the smallest and the median CPU time of each stage."""
    runs = [json.loads(python("-m", "bench.compiling")) for _ in range(TIMES)]
    for run in runs:
        run["together"] = run["lower"] + run["llvm"] + run["load"]
    return {
        stage: {"least": min(r[stage] for r in runs), "median": median(r[stage] for r in runs)}
        for stage in (*STAGES, "together")
    }


def text(result: dict[str, Any]) -> list[str]:
    """Return the result as lines of markdown."""
    lines = ["| stage | least s | median s |", "|---|---|---|"]
    lines += [f"| {what} | {_cells(result[stage])} |" for stage, what in STAGES.items()]
    lines.append(f"| **lowering and LLVM together** | {_cells(result['together'])} |")
    return [
        (
            f"CPU seconds for the 45-state model without imports, {TIMES} fresh processes; "
            f"the aim for lowering and LLVM together is {LIMIT} s."
        ),
        "",
        *lines,
    ]


def _cells(x: dict[str, float]) -> str:
    return f"{x['least']:.2f} | {x['median']:.2f}"


def _once() -> dict[str, float]:
    import llvmlite.binding  # noqa: F401 -- imports are not what is measured
    import pint  # noqa: F401
    import sympy  # noqa: F401
    from bench.case import MODEL

    from trimer.engine import compile as compiler
    from trimer.engine import lower, module  # noqa: F401
    from trimer.engine.compiled import describe
    from trimer.engine.driver import driver_module
    from trimer.library import load

    compiler.processor()
    clock = [time.process_time()]

    def lap() -> float:
        clock.append(time.process_time())
        return clock[-1] - clock[-2]

    model = load(MODEL)
    spent = {"build": lap()}
    card, ir = describe(model)
    spent["lower"] = lap()
    code = compiler.compile_text(ir)
    spent["llvm"] = lap()
    compiler.load_object(code, card.functions, key="bench")
    spent["load"] = lap()
    compiler.compile_text(driver_module())
    spent["driver"] = lap()
    return spent


if __name__ == "__main__":
    print(json.dumps(_once()))
