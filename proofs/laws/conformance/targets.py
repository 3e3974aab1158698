"""Implementations by name: the built-in ones, `module:callable`, `file.py:callable`, and ONNX files."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

_PACKAGE = "proofs.laws.conformance.adapters"

BUILT_IN: Mapping[str, tuple[str, str]] = {
    "numeric": ("numeric_twin", ""),
    "torch": ("torch_sdpa", "torch"),
    "torch-math": ("torch_sdpa", "torch"),
    "torch-flash": ("torch_sdpa", "torch"),
    "torch-efficient": ("torch_sdpa", "torch"),
    "torch-cudnn": ("torch_sdpa", "torch"),
    "torch-mha": ("torch_sdpa", "torch"),
    "torch-mha-fused": ("torch_sdpa", "torch"),
    "torch-flex": ("torch_sdpa", "torch"),
    "jax": ("jax_attention", "jax"),
    "jax-cudnn": ("jax_attention", "jax"),
    "flax": ("flax_attention", "flax"),
    "flax-linen": ("flax_attention", "flax"),
    "flax-mha": ("flax_attention", "flax"),
    "flax-decode": ("flax_attention", "flax"),
    "keras": ("keras_attention", "keras"),
    "keras-mha": ("keras_attention", "keras"),
    "keras-gqa": ("keras_attention", "keras"),
    "onnxruntime": ("onnx_attention", "onnxruntime"),
    "onnx-reference": ("onnx_attention", "onnx"),
    "onnxruntime-past": ("onnx_past", "onnxruntime"),
    "onnx-reference-past": ("onnx_past", "onnx"),
    "transformers-eager": ("transformers_eager", "transformers"),
    "transformers-eager-gemma2": ("transformers_eager", "transformers"),
}
"""Name -> module of `adapters`, and the extra that installs what it needs."""

DEVICES = ("cpu", "cuda")
OURS = {name: Path(__file__).parents[3] for name in ("attention", "proofs")}
"""Top-level packages of this project, and where they lie: no other module of that name can be imported beside them."""


class TargetError(ValueError):
    """A target cannot be had: one line that names it and says what was expected."""


def target(name: str, device: str = "cpu") -> Callable[..., Any]:
    """Return the implementation of this name.

    Args:
        name: a built-in name, `module:callable` (looked up in the current folder too), `file.py:callable`, or the path
            of an ONNX file.
        device: "cpu" or "cuda"; where the built-in ones run.

    Raises:
        TargetError: there is nothing of that name, or what it needs is not installed.
    """
    if device not in DEVICES:
        raise TargetError(f"device {device!r}: expected one of {', '.join(DEVICES)}")
    if name in BUILT_IN:
        return _built_in(name, device)
    if name.lower().endswith(".onnx"):
        return _onnx_file(name, device)
    if device != "cpu":
        raise TargetError(f"{name}: expected a built-in name or an ONNX file with device {device}")
    if ".py:" in name:
        return _in_file(name)
    if ":" in name:
        return _named(name)
    import difflib  # noqa: PLC0415 - only a typing error needs it

    near = difflib.get_close_matches(name, BUILT_IN, 1)
    hint = f"; did you mean {near[0]}?" if near else f"; built in are {', '.join(BUILT_IN)}"
    raise TargetError(f"{name or repr(name)}: expected a built-in name, module:callable or an .onnx file{hint}")


def _built_in(name: str, device: str) -> Callable[..., Any]:
    module, extra = BUILT_IN[name]
    try:
        factory = importlib.import_module(f"{_PACKAGE}.{module}").TARGETS[name]
        return cast("Callable[..., Any]", factory(device))
    except ImportError as error:
        missing = error.name or extra
        raise TargetError(
            f"{name}: {missing} is not installed here; expected the extra {extra}, e.g. pip install '.[{extra}]'"
        ) from error
    except NotImplementedError as error:
        said = str(error)
        raise TargetError(said if said.startswith(f"{name}:") else f"{name}: {said}") from error


def _onnx_file(path: str, device: str) -> Callable[..., Any]:
    try:
        module = importlib.import_module(f"{_PACKAGE}.onnx_attention")
        return cast("Callable[..., Any]", module.from_file(path, device))
    except ImportError as error:
        raise TargetError(
            f"{path}: {error.name or 'onnx'} is not installed here; expected the extra onnxruntime, e.g. "
            "pip install '.[onnxruntime]'"
        ) from error
    except (ValueError, OSError, NotImplementedError) as error:
        raise TargetError(str(error) if path in str(error) else f"{path}: {error}") from error


def _named(name: str) -> Callable[..., Any]:
    """Return what `module:attribute` names; a dotted attribute is looked up step by step."""
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise TargetError(f"{name}: expected module:callable, e.g. my_package.attention:attend")
    folder, first = Path.cwd(), module.partition(".")[0]
    if first in OURS and any((folder / each).exists() for each in (f"{first}.py", first)) and folder != OURS[first]:
        raise TargetError(
            f"{name}: attention-proofs has a package {first} of its own; expected another name, or the file, as in "
            f"{first}.py:{attribute}"
        )
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        found: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and (module == error.name or module.startswith(error.name + ".")):
            raise TargetError(f"{name}: expected a module that can be imported, found no {error.name}") from error
        raise TargetError(f"{name}: importing {module} needs {error.name}, which is not installed") from error
    except (Exception, SystemExit) as error:
        raise TargetError(f"{name}: importing {module} raises {type(error).__name__}: {error}") from error
    return _attribute(name, module, found, attribute)


def _in_file(name: str) -> Callable[..., Any]:
    """Return what `path/to/file.py:attribute` names."""
    path, _, attribute = name.rpartition(":")
    file = Path(path)
    if not attribute:
        raise TargetError(f"{name}: expected file.py:callable, e.g. {path}:attend")
    if not file.is_file():
        raise TargetError(f"{name}: expected file.py:callable, found no file {path}")
    alias = f"{file.stem}_of_{abs(hash(file.resolve()))}"
    specification = importlib.util.spec_from_file_location(alias, file)
    if specification is None or specification.loader is None:
        raise TargetError(f"{name}: expected a Python file, got {path}")
    found = importlib.util.module_from_spec(specification)
    sys.modules[alias] = found
    sys.path.insert(0, str(file.resolve().parent))
    try:
        specification.loader.exec_module(found)
    except (Exception, SystemExit) as error:
        raise TargetError(f"{name}: running {path} raises {type(error).__name__}: {error}") from error
    return _attribute(name, path, found, attribute)


def _attribute(name: str, module: str, found: Any, attribute: str) -> Callable[..., Any]:
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise TargetError(f"{name}: expected a callable {attribute} in {module}, found no {part}")
        found = getattr(found, part)
    if not callable(found):
        raise TargetError(f"{name}: expected a callable, got {type(found).__name__}")
    return cast("Callable[..., Any]", found)
