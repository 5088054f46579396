# SPDX-License-Identifier: Apache-2.0
"""The engine: a model lowered to machine code that carries four or eight patients per vector.

`graph` holds expressions, `lower` brings a model there, `differentiate` and `factor` derive the
Jacobian and its sparse LU, `rodas5p` is the method, `ir`, `kernels`, `step`, `module` and
`driver` write LLVM IR, `compile` alone talks to LLVM, `cache` keeps what it made, `compiled` and
`population` are what the rest of Trimer uses. `scipy_path` solves any model without all that:
slower, and the tests' second opinion.
"""
