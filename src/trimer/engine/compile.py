# SPDX-License-Identifier: Apache-2.0
"""The one file that talks to LLVM: text in, machine code out, addresses of functions back."""

from __future__ import annotations

import functools
import itertools
import platform
from typing import Any

from trimer.core.errors import EngineError

_LOADED = itertools.count()


class EngineUnavailable(EngineError):
    """The compiled engine cannot run here; the SciPy path can."""


@functools.cache
def _llvm() -> Any:  # noqa: ANN401 - llvmlite carries no types
    if platform.machine() not in ("x86_64", "AMD64"):
        message = f"The compiled engine runs on x86-64 processors; this one is {platform.machine()}"
        raise EngineUnavailable(message)
    try:
        import llvmlite.binding as llvm
    except ImportError as error:
        message = f"The compiled engine needs the package llvmlite, which does not load: {error}"
        raise EngineUnavailable(message) from error
    # Kernels are long straight lines; ordered for parallelism they run 6 % faster.
    llvm.set_option("", "-misched=ilpmax")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@functools.cache
def processor() -> tuple[str, str]:
    """Return the name and the features of this processor, as LLVM names them."""
    llvm = _llvm()
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


def llvm_version() -> str:
    """Return the versions of llvmlite and of the LLVM inside it."""
    _llvm()
    import llvmlite

    numbers = ".".join(str(n) for n in _llvm().llvm_version_info)
    return f"llvmlite {llvmlite.__version__}, LLVM {numbers}"


def _machine(cpu: str | None = None, features: str | None = None) -> Any:  # noqa: ANN401
    name, listed = processor()
    return (
        _llvm()
        .Target.from_default_triple()
        .create_target_machine(
            cpu=cpu or name,
            features=listed if features is None else features,
            opt=2,
            reloc="pic",
            codemodel="default",
        )
    )


def compile_text(
    text: str, *, cpu: str | None = None, features: str | None = None, plain: bool = False
) -> bytes:
    """Return the object file of a module of LLVM IR.

    Parameters
    ----------
    text : str
        The module.
    cpu, features : str, optional
        Another x86-64 processor to compile for; this one by default.
    plain : bool
        Whether it is plain code, which all of LLVM's passes make faster. Kernels are long straight
        lines, which they do not.

    Raises
    ------
    EngineError
        If LLVM refuses the text: a bug in the emitter.
    """
    llvm = _llvm()
    try:
        module = llvm.parse_assembly(text)
        module.verify()
    except RuntimeError as error:
        message = f"LLVM refused generated code: {error}. This is a bug in Trimer."
        raise EngineError(message) from error
    machine = _machine(cpu, features)
    options = llvm.create_pipeline_tuning_options(speed_level=2 if plain else 1)
    options.loop_vectorization = options.slp_vectorization = options.loop_unrolling = False
    builder = llvm.create_pass_builder(machine, options)
    if plain:
        builder.getModulePassManager().run(module, builder)
        return bytes(machine.emit_object(module))
    passes = llvm.create_new_function_pass_manager()
    for add in ("add_sroa_pass", "add_loop_rotate_pass", "add_simplify_cfg_pass"):
        getattr(passes, add)()
    for function in module.functions:
        if not function.is_declaration and "alloca" in str(function)[:4000]:
            passes.run(function, builder)
    return bytes(machine.emit_object(module))


def load_object(code: bytes, names: tuple[str, ...], *, key: str) -> tuple[Any, dict[str, int]]:
    """Load an object file into the process.

    Parameters
    ----------
    code : bytes
        What :func:`compile_text` made, for this processor.
    names : tuple of str
        Functions wanted.
    key : str
        What debuggers call it.

    Returns
    -------
    tuple
        Something to keep as long as the addresses are in use, and the address of each function.
    """
    llvm = _llvm()
    builder = llvm.JITLibraryBuilder().add_object_img(code)
    for name in names:
        builder = builder.export_symbol(name)
    # LLVM never takes a name twice, not even after the first library is gone.
    library = builder.link(_linker(), f"{key}-{next(_LOADED)}")
    return library, {name: library[name] for name in names}


@functools.cache
def _linker() -> Any:  # noqa: ANN401
    return _llvm().create_lljit_compiler(_machine())
