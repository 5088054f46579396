# SPDX-License-Identifier: Apache-2.0
"""Plain functions of numbers, written in Python, as LLVM IR.

What happens to one patient at a time between steps of the solver is best written as ordinary code
of `int`, `float` and `bool`. This translates a small part of Python, enough for that: functions,
assignments, `if`, `while`, `for ... in range(n)`, `return`, arithmetic, comparisons, `a if c else
b`, calls. Whole numbers have 64 bits and wrap, `>>` shifts in zeros, and **both sides of `and` and
`or` and of a conditional expression are worked out**. No arithmetic is contracted or reordered, so
results have the bits that NumPy gives.

One class of the module, `Tables`, says what the functions are given: a table of 64-bit entries,
one for each of its fields in order. A field is `int`, `float` or an array of the type that its
annotation names; ``d.field[i]`` is entry i, ``d.field[row, q]`` that of column q of rows that are
`patients` long. `floats(k)` and `ints(k)` are arrays for the time of a call.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from trimer.core.errors import EngineError
from trimer.engine.ir import Writer, bits

if TYPE_CHECKING:
    from collections.abc import Mapping

ARRAYS = {
    "F8": ("double", "float"), "F4": ("float", "float"), "I8": ("i64", "int"), "I4": ("i32", "int"),
    "I2": ("i16", "int"), "I1": ("i8", "int"), "U8": ("i64", "int"), "Flags": ("i8", "bool"),
}  # fmt: skip
"""Types of arrays: of an entry in memory, and as a value."""

_KINDS = {"int": "i64", "float": "double", "bool": "i1", "None": "void"}
_LOCAL = {"Floats": "float", "Ints": "int"}
_ORDER = {
    ast.Lt: ("slt", "olt"), ast.LtE: ("sle", "ole"), ast.Gt: ("sgt", "ogt"),
    ast.GtE: ("sge", "oge"), ast.Eq: ("eq", "oeq"), ast.NotEq: ("ne", "une"),
}  # fmt: skip
_WHOLE = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.BitAnd: "and", ast.BitOr: "or",
    ast.BitXor: "xor", ast.LShift: "shl", ast.RShift: "lshr", ast.Mod: "srem",
}  # fmt: skip
_REAL = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_ROUNDING = ("floor", "rint")


def translate(source: str, entry: str, constants: Mapping[str, float]) -> str:
    """Return the module of LLVM IR of all functions of a source.

    Parameters
    ----------
    source : str
        Python.
    entry : str
        The function that is called from outside.
    constants : mapping of str to int or float
        Names of the module that functions may use.

    Raises
    ------
    EngineError
        Where something is used that is not translated.
    """
    tree = ast.parse(source)
    tables = next(x for x in tree.body if isinstance(x, ast.ClassDef))
    fields = {
        x.target.id: (slot, ast.unparse(x.annotation))
        for slot, x in enumerate(x for x in tables.body if isinstance(x, ast.AnnAssign))
        if isinstance(x.target, ast.Name)
    }
    functions = {x.name: x for x in tree.body if isinstance(x, ast.FunctionDef)}
    results = {name: ast.unparse(x.returns or ast.Constant(None)) for name, x in functions.items()}
    declared = "".join(f"declare double @llvm.{name}.f64(double)\n" for name in _ROUNDING)
    texts = [
        _Function(fields, results, constants).write(x, internal=name != entry)
        for name, x in functions.items()
    ]
    return declared + "".join(texts) + "attributes #0 = { nounwind }\n"


class _Function:
    """Translates one function."""

    def __init__(
        self,
        fields: dict[str, tuple[int, str]],
        results: dict[str, str],
        constants: Mapping[str, float],
    ) -> None:
        self.w = Writer()
        self.fields, self.results, self.constants = fields, results, constants
        self.local: dict[str, tuple[str, str]] = {}  # name: kind, where
        self.table = ""

    def write(self, function: ast.FunctionDef, *, internal: bool) -> str:
        given = []
        for a in function.args.args:
            kind = ast.unparse(a.annotation or ast.Constant(None))
            plain = _KINDS.get(kind, "ptr")
            given.append(f"{plain} %{a.arg}")
            if kind == "Tables":
                self.table = a.arg
            elif kind in _LOCAL:
                self.local[a.arg] = kind, f"%{a.arg}"
            else:
                self.local[a.arg] = kind, self.w.variable(plain, f"%{a.arg}")
        self.result = self.results[function.name]
        self._all(function.body)
        kind = _KINDS[self.result]
        last = "ret void" if kind == "void" else "unreachable"
        body = "\n".join([*self.w.entry, *self.w.lines])
        link = "internal " if internal else ""
        head = f"define {link}{kind} @{function.name}({', '.join(given)}) #0 {{\nentry:\n"
        return f"{head}{body}\n  {last}\n}}\n"

    # ------------------------------------------------------------------ statements
    def _all(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self._statement(statement)

    def _statement(self, s: ast.stmt) -> None:
        w = self.w
        if isinstance(s, ast.Assign):
            self._assign(s.targets[0], *self._value(s.value))
        elif isinstance(s, ast.AugAssign):
            target = ast.parse(ast.unparse(s.target), mode="eval").body
            self._assign(s.target, *self._value(ast.BinOp(target, s.op, s.value)))
        elif isinstance(s, ast.If):
            self._branch(s)
        elif isinstance(s, ast.While):
            with w.loop(lambda: self._as("bool", s.test)):
                self._all(s.body)
        elif isinstance(s, ast.For) and isinstance(s.iter, ast.Call):
            with w.count(self._as("int", s.iter.args[0])) as i:
                self._assign(s.target, "int", i)
                self._all(s.body)
        elif isinstance(s, ast.Return):
            kind = _KINDS[self.result]
            w.do("ret void" if s.value is None else f"ret {kind} {self._as(self.result, s.value)}")
            w.lines.append(f"{w.fresh('behind')}:")
        elif isinstance(s, ast.Expr):
            if not isinstance(s.value, ast.Constant):  # a docstring
                self._value(s.value)
        else:
            raise _unknown(s)

    def _branch(self, s: ast.If) -> None:
        w = self.w
        yes, no, after = w.fresh("yes"), w.fresh("no"), w.fresh("after")
        w.do(f"br i1 {self._as('bool', s.test)}, label %{yes}, label %{no}")
        for label, body in ((yes, s.body), (no, s.orelse)):
            w.lines.append(f"{label}:")
            self._all(body)
            w.do(f"br label %{after}")
        w.lines.append(f"{after}:")

    def _assign(self, target: ast.expr, kind: str, value: str) -> None:
        w = self.w
        if isinstance(target, ast.Subscript):
            memory, wanted, address = self._entry(target)
            value = self._cast(kind, wanted, value)
            if memory == "float":
                value = w.let(f"fptrunc double {value} to float")
            elif memory == "i8" and wanted == "bool":
                value = w.let(f"zext i1 {value} to i8")
            elif memory in ("i32", "i16", "i8"):
                value = w.let(f"trunc i64 {value} to {memory}")
            w.do(f"store {memory} {value}, ptr {address}")
            return
        if not isinstance(target, ast.Name):
            raise _unknown(target)
        if kind in _LOCAL:
            self.local[target.id] = kind, value
            return
        if target.id not in self.local:
            plain = _KINDS[kind]
            zero = "0.0" if kind == "float" else "false" if kind == "bool" else "0"
            w.entry.append(f"  %x.{target.id} = alloca {plain}")
            w.entry.append(f"  store {plain} {zero}, ptr %x.{target.id}")
            self.local[target.id] = kind, f"%x.{target.id}"
        wanted, where = self.local[target.id]
        w.do(f"store {_KINDS[wanted]} {self._cast(kind, wanted, value)}, ptr {where}")

    # ------------------------------------------------------------------ values
    def _cast(self, kind: str, wanted: str, value: str) -> str:
        if kind == wanted:
            return value
        if (kind, wanted) == ("int", "float"):
            return self.w.let(f"sitofp i64 {value} to double")
        if (kind, wanted) == ("bool", "int"):
            return self.w.let(f"zext i1 {value} to i64")
        if (kind, wanted) == ("bool", "float"):
            return self.w.let(f"uitofp i1 {value} to double")
        if (kind, wanted) == ("int", "bool"):
            return self.w.let(f"icmp ne i64 {value}, 0")
        if (kind, wanted) == ("float", "int"):
            return self.w.let(f"fptosi double {value} to i64")
        raise EngineError(f"Scalar code: no way from {kind} to {wanted}.")

    def _as(self, wanted: str, e: ast.expr) -> str:
        kind, value = self._value(e)
        return self._cast(kind, wanted, value)

    def _value(self, e: ast.expr) -> tuple[str, str]:  # noqa: C901, PLR0911, PLR0912 (one for each form)
        w = self.w
        if isinstance(e, ast.Constant):
            return _literal(e.value)
        if isinstance(e, ast.Name):
            if e.id not in self.local:
                if e.id not in self.constants:
                    raise _unknown(e)
                return _literal(self.constants[e.id])
            kind, where = self.local[e.id]
            return kind, where if kind in _LOCAL else w.get(_KINDS[kind], where)
        if isinstance(e, ast.Attribute):
            return self._field(e.attr)
        if isinstance(e, ast.Subscript):
            return self._read(e)
        if isinstance(e, ast.BinOp):
            return self._binary(e)
        if isinstance(e, ast.BoolOp):
            act = "and" if isinstance(e.op, ast.And) else "or"
            total = self._as("bool", e.values[0])
            for other in e.values[1:]:
                total = w.let(f"{act} i1 {total}, {self._as('bool', other)}")
            return "bool", total
        if isinstance(e, ast.UnaryOp):
            return self._unary(e)
        if isinstance(e, ast.Compare) and len(e.ops) == 1:
            return "bool", self._compare(e)
        if isinstance(e, ast.IfExp):
            test = self._as("bool", e.test)
            kind, a, b = self._pair(e.body, e.orelse)
            return kind, w.let(f"select i1 {test}, {_KINDS[kind]} {a}, {_KINDS[kind]} {b}")
        if isinstance(e, ast.Call) and isinstance(e.func, ast.Name):
            return self._call(e.func.id, e.args)
        raise _unknown(e)

    def _pair(self, left: ast.expr, right: ast.expr) -> tuple[str, str, str]:
        """Return two values as the wider of their kinds."""
        (first, a), (second, b) = self._value(left), self._value(right)
        kind = next(k for k in ("float", "int", "bool") if k in (first, second))
        return kind, self._cast(first, kind, a), self._cast(second, kind, b)

    def _binary(self, e: ast.BinOp) -> tuple[str, str]:
        w = self.w
        kind, a, b = self._pair(e.left, e.right)
        if kind == "float":
            return kind, w.let(f"{_REAL[type(e.op)]} double {a}, {b}")
        if kind == "bool" and isinstance(e.op, (ast.BitAnd, ast.BitOr, ast.BitXor)):
            return kind, w.let(f"{_WHOLE[type(e.op)]} i1 {a}, {b}")
        a, b = self._cast(kind, "int", a), self._cast(kind, "int", b)
        if isinstance(e.op, ast.FloorDiv):  # towards minus infinity, of a positive number
            rest = w.let(f"srem i64 {a}, {b}")
            below = w.let(f"sext i1 {w.let(f'icmp slt i64 {rest}, 0')} to i64")
            return "int", w.let(f"add i64 {w.let(f'sdiv i64 {a}, {b}')}, {below}")
        return "int", w.let(f"{_WHOLE[type(e.op)]} i64 {a}, {b}")

    def _unary(self, e: ast.UnaryOp) -> tuple[str, str]:
        w = self.w
        kind, a = self._value(e.operand)
        if isinstance(e.op, ast.Not):
            return "bool", w.let(f"xor i1 {self._cast(kind, 'bool', a)}, true")
        if not isinstance(e.op, ast.USub):
            raise _unknown(e)
        if kind == "float":
            return kind, w.let(f"fneg double {a}")
        return "int", w.let(f"sub i64 0, {self._cast(kind, 'int', a)}")

    def _compare(self, e: ast.Compare) -> str:
        kind, a, b = self._pair(e.left, e.comparators[0])
        whole, real = _ORDER[type(e.ops[0])]
        if kind == "float":
            return self.w.let(f"fcmp {real} double {a}, {b}")
        if kind == "bool":
            a, b = self._cast(kind, "int", a), self._cast(kind, "int", b)
        return self.w.let(f"icmp {whole} i64 {a}, {b}")

    def _call(self, name: str, args: list[ast.expr]) -> tuple[str, str]:
        w = self.w
        if name in ("int", "float", "bool"):
            return name, self._as(name, args[0])
        if name in ("min", "max"):
            kind, a, b = self._pair(*args)
            order = ("slt", "olt") if name == "min" else ("sgt", "ogt")
            test = f"fcmp {order[1]} double" if kind == "float" else f"icmp {order[0]} i64"
            first = w.let(f"{test} {b}, {a}")  # as in Python: the first, unless the second is less
            return kind, w.let(f"select i1 {first}, {_KINDS[kind]} {b}, {_KINDS[kind]} {a}")
        if name in _ROUNDING:
            value = self._as("float", args[0])
            return "float", w.let(f"call double @llvm.{name}.f64(double {value})")
        if name == "isnan":
            value = self._as("float", args[0])
            return "bool", w.let(f"fcmp uno double {value}, {value}")
        if name == "single":
            short = w.let(f"fptrunc double {self._as('float', args[0])} to float")
            return "float", w.let(f"fpext float {short} to double")
        if name in ("floats", "ints"):
            size = ast.literal_eval(args[0])
            place = f"%{w.fresh('room')}"
            kind = "Floats" if name == "floats" else "Ints"
            w.entry.append(f"  {place} = alloca [{size} x {_KINDS[_LOCAL[kind]]}]")
            return kind, place
        return self._own(name, args)

    def _own(self, name: str, args: list[ast.expr]) -> tuple[str, str]:
        """Call a function of the module."""
        if name not in self.results:
            raise EngineError(f"Scalar code: unknown function '{name}'.")
        given = []
        for a in args:
            if isinstance(a, ast.Name) and a.id == self.table:
                given.append(f"ptr %{self.table}")
                continue
            kind, value = self._value(a)
            given.append(f"{'ptr' if kind in _LOCAL else _KINDS[kind]} {value}")
        kind = self.results[name]
        call = f"call {_KINDS[kind]} @{name}({', '.join(given)})"
        if kind == "None":
            self.w.do(call)
            return kind, ""
        return kind, self.w.let(call)

    # ------------------------------------------------------------------ memory
    def _field(self, name: str) -> tuple[str, str]:
        slot, kind = self.fields[name]
        raw = self.w.read("i64", f"%{self.table}", slot)
        if kind == "int":
            return kind, raw
        if kind == "float":
            return kind, self.w.let(f"bitcast i64 {raw} to double")
        return kind, self.w.let(f"inttoptr i64 {raw} to ptr")

    def _entry(self, e: ast.Subscript) -> tuple[str, str, str]:
        """Return type in memory, kind and address of an entry of an array."""
        kind, base = self._value(e.value)
        memory, value = (_KINDS[_LOCAL[kind]], _LOCAL[kind]) if kind in _LOCAL else ARRAYS[kind]
        if isinstance(e.slice, ast.Tuple):
            row, column = (self._as("int", x) for x in e.slice.elts)
            start = self.w.let(f"mul nsw i64 {row}, {self._field('patients')[1]}")
            at = self.w.let(f"add nsw i64 {start}, {column}")
        else:
            at = self._as("int", e.slice)
        return memory, value, self.w.at(memory, base, at)

    def _read(self, e: ast.Subscript) -> tuple[str, str]:
        memory, kind, address = self._entry(e)
        raw = self.w.let(f"load {memory}, ptr {address}")
        if memory == "float":
            return kind, self.w.let(f"fpext float {raw} to double")
        if kind == "bool":
            return kind, self.w.let(f"icmp ne i8 {raw}, 0")
        if memory in ("i32", "i16", "i8"):
            return kind, self.w.let(f"sext {memory} {raw} to i64")
        return kind, raw


def _literal(value: object) -> tuple[str, str]:
    if isinstance(value, bool):
        return "bool", "true" if value else "false"
    if isinstance(value, int):
        return "int", str(value - 2**64 if value >= 2**63 else value)
    if isinstance(value, float):
        return "float", bits(value)
    raise EngineError(f"Scalar code: got the constant {value!r}; numbers only.")


def _unknown(node: ast.AST) -> EngineError:
    return EngineError(f"Scalar code: got '{ast.unparse(node)}', which is not translated.")
