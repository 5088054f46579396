# SPDX-License-Identifier: Apache-2.0
"""The engine: a model lowered to machine code that carries four or eight patients per vector.

`graph` holds expressions, `lower` brings a model there, `differentiate` and `factor` derive the
Jacobian and its sparse LU, `rodas5p` is the method, `ir`, `circular`, `kernels`, `step` and
`module` write a model in LLVM IR, `lanes`, `dense`, `watching` and `driver` what carries patients
through it; `compile` alone talks to LLVM, `cache` keeps what it made. `population` is what the
rest of Trimer uses, with `watch`; `leg` is what one call asks for, `launch` hands it to compiled
code by way of `job`, `columns`, `workspace` and `crew`. `scipy_path` solves any model without all
that: slower, and the tests' second opinion.
"""
