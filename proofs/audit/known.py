r"""What the functions of common knowledge are: exponentials, logarithms, norms, softmax, extrema and the like.

softmax(x)_j = exp(x_j) / sum_k exp(x_k)   of a list, of a vector, of a matrix row by row
||x||_2 = sqrt(sum x_j^2)    ||x||_1 = sum |x_j|    ||x||_inf = max |x_j|    ||A||_F = sqrt(sum a_ij^2)
log: the natural one, base 10 or base 2, as `Arithmetic.log_base` says, where the text does not say the base
"""

from __future__ import annotations

from functools import reduce
from math import comb, factorial
from typing import TYPE_CHECKING, Protocol

from proofs.audit import matrices, reals
from proofs.audit.failures import ShapesDiffer
from proofs.audit.limits import MAX_POWER, TooLarge, Unread
from proofs.audit.reals import Real, real
from proofs.audit.syntax import Table
from proofs.audit.values import Array, Value, shape_text

if TYPE_CHECKING:
    from proofs.audit.syntax import Known

_ELEMENTWISE = frozenset({"ln", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan"})
LOG_BASES = ("e", "10", "2")


class Arithmetic(Protocol):
    """Arithmetic within a budget: the evaluator's.

    Attributes: log_base, one of LOG_BASES; bare_logs, how many logarithms without a base were computed; logistic, how
    often a sigma that the text does not define was read as the logistic function.
    """

    log_base: str
    bare_logs: int
    logistic: int

    def spend(self, work: int) -> None:
        """Take work from the budget. Raises TooLarge."""
        ...

    def multiply(self, a: Real, b: Real) -> Real:
        """Return a b."""
        ...

    def divide(self, a: Real, b: Real) -> Real:
        """Return a / b."""
        ...

    def plus(self, a: Real, b: Real) -> Real:
        """Return a + b."""
        ...

    def dot(self, a: list[Real], b: list[Real]) -> Real:
        """Return the sum of products."""
        ...

    def matmul(self, a: Array, b: Array) -> Value:
        """Return the matrix product."""
        ...


def applied(node: Known, values: list[Value], use: Arithmetic) -> Value:
    """Return the value of a function at the values of its arguments. Raises Unread where that has no meaning."""
    function = node.function
    scalars = [value for value in values if not isinstance(value, Array)]
    match function, values:
        case "exp", [value]:
            return _map(value, reals.exponential)
        case "sqrt", [value]:
            return _map(value, reals.root)
        case "root", [value, degree] if not isinstance(degree, Array):
            return _map(value, lambda x: reals.nth_root(x, degree))
        case "log", [value]:
            use.bare_logs += 1
            base = None if use.log_base == "e" else real(int(use.log_base))
            return _map(value, lambda x: reals.logarithm(x, base))
        case "log", [value, base] if not isinstance(base, Array):
            return _map(value, lambda x: reals.logarithm(x, base))
        case _, [value] if function in _ELEMENTWISE:
            return _map(value, lambda x: reals.apply(function, x))
        case "relu", [value]:
            return _map(value, lambda x: x if reals.sign(x) > 0 else real(0))
        case (("sigmoid" | "logistic"), [value]):
            use.logistic += function == "logistic"
            one = real(1)
            return _map(value, lambda x: use.divide(one, use.plus(one, reals.exponential(reals.subtract(real(0), x)))))
        case "degrees", [value] if not isinstance(value, Array):
            return use.multiply(use.divide(value, real(180)), reals.pi())
        case "abs", [Array() as array] if not array.is_vector and array.shape[0] == array.shape[1]:
            return matrices.determinant(array, use)
        case "det", [Array() as array] if array.shape[0] == array.shape[1]:
            return matrices.determinant(array, use)
        case "abs", [value] if not isinstance(value, Array):
            return reals.absolute(value)
        case (("norm" | "norm_1" | "norm_max"), [value]) if not isinstance(value, Array):
            return reals.absolute(value)
        case (("abs" | "norm"), [Array() as vector]) if vector.is_vector:
            return reals.root(use.dot(list(vector), list(vector)))
        case "norm_F", [Array() as array]:
            return reals.root(use.dot(list(array), list(array)))
        case "norm_1", [Array() as vector] if vector.is_vector:
            return reduce(use.plus, (reals.absolute(x) for x in vector))
        case "norm_max", [Array() as vector] if vector.is_vector:
            return _extremum("max", [reals.absolute(x) for x in vector])
        case "inner", [Array() as a, Array() as b]:
            if len(list(a)) != len(list(b)):
                raise ShapesDiffer(node, a, b, "inner product")
            return use.dot(list(a), list(b))
        case "trace", [Array() as array] if array.shape[0] == array.shape[1]:
            return reduce(use.plus, (row[i] for i, row in enumerate(array.rows)))
        case "inner", [_, _] if len(scalars) == 2:
            return Array((tuple(scalars),), flat=True)
        case (("floor" | "ceil"), [value]) if not isinstance(value, Array):
            below = reals.floor(value if function == "floor" else reals.subtract(real(0), value))
            return real(below if function == "floor" else -below)
        case "factorial", [value] if (n := _count(value)) is not None:
            return real(factorial(n))
        case "binom", [top, bottom] if (n := _count(top)) is not None and (k := _count(bottom)) is not None:
            return real(comb(n, k))
        case "transpose", [Array() as array]:
            written = isinstance(node.arguments[0], Table)  # (1, 2)^T is a column, and no longer anything that fits
            return Array(array.transposed().rows) if written else array.transposed()
        case "transpose", [value]:
            return value
        case "softmax", _:
            return _softmax(node, values, use)
        case (("max" | "min"), _):
            return _extremum(function, _entries(values))
        case (("sum" | "mean"), _):
            entries = _entries(values)
            total = reduce(use.plus, entries)
            return total if function == "sum" else use.divide(total, real(len(entries)))
    raise Unread(f"{function} of {', '.join(shape_text(v) for v in values)} has no meaning here", node.start)


def _map(value: Value, function: reals.Function) -> Value:
    return value.map(function) if isinstance(value, Array) else function(value)


def _entries(values: list[Value]) -> list[Real]:
    return [x for value in values for x in (value if isinstance(value, Array) else (value,))]


def _count(value: Value) -> int | None:
    """Return a whole number that is not negative, else None. Raises TooLarge."""
    n = None if isinstance(value, Array) else reals.as_integer(value)
    if n is not None and n > MAX_POWER:
        raise TooLarge(f"the factorial of more than {MAX_POWER}")
    return n if n is not None and n >= 0 else None


def _extremum(function: str, entries: list[Real]) -> Real:
    wanted = 1 if function == "max" else -1
    return reduce(lambda x, y: y if reals.sign(reals.subtract(y, x)) == wanted else x, entries)


def _softmax(node: Known, values: list[Value], use: Arithmetic) -> Value:
    if len(values) == 1 and isinstance(values[0], Array):
        array = values[0]
    elif values and not any(isinstance(v, Array) for v in values):
        array = Array((tuple(v for v in values if not isinstance(v, Array)),), flat=True)
    else:
        raise Unread("softmax of this has no meaning here", node.start)
    column = array.shape[1] == 1
    rows = array.transposed().rows if column else array.rows
    out = []
    for row in rows:
        use.spend(len(row) ** 2)
        exps = [reals.exponential(x) for x in row]
        total = reduce(use.plus, exps)
        out.append(tuple(use.divide(x, total) for x in exps))
    result = Array(tuple(out), array.flat)
    return result.transposed() if column else result
