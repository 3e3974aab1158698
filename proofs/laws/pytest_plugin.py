"""A pytest plugin: `pytest --attention-impl TARGET` adds one test for each law to the run.

TARGET is what `attention-proofs conform` takes: a built-in name, `module:callable` or an ONNX file.  Registered by the
package's entry point; it costs nothing unless the option is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from proofs.laws.conformance.checking import Check


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("attention-proofs", "hold an attention implementation to the laws")
    group.addoption("--attention-impl", metavar="TARGET", help="A built-in name, module:callable or an ONNX file.")
    group.addoption("--attention-laws", metavar="ID,...", help="Check these laws only.")
    group.addoption("--attention-examples", type=int, metavar="N", help="Calls planned for each law (default: 100).")
    group.addoption("--attention-seed", type=int, default=0, metavar="N", help="Fixes every case (default: 0).")
    group.addoption("--attention-device", default="cpu", metavar="NAME", help="cpu or cuda, for built-in names.")
    group.addoption(
        "--attention-xfail",
        action="append",
        default=[],
        metavar="ID=REASON",
        help="A law that is known to be broken; the run fails if it holds. May be given several times.",
    )


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Append the laws to what was collected."""
    name = config.getoption("--attention-impl")
    if name is None:
        return
    from proofs.laws.conformance.catalogue import UnknownLawError  # noqa: PLC0415 - only where it is asked for
    from proofs.laws.conformance.checking import checks  # noqa: PLC0415
    from proofs.laws.conformance.targets import TargetError, target  # noqa: PLC0415
    from proofs.laws.conformance.traits import TraitError  # noqa: PLC0415
    from proofs.laws.conformance.trial import probe  # noqa: PLC0415

    ids = config.getoption("--attention-laws")
    expected = _expected(config.getoption("--attention-xfail"))
    try:
        made = checks(
            target(name, config.getoption("--attention-device")),
            only=None if ids is None else [each.strip() for each in ids.split(",")],
            examples=config.getoption("--attention-examples"),
            seed=config.getoption("--attention-seed"),
            name=name,
        )
        checks(len, only=list(expected))
    except (TargetError, UnknownLawError, TraitError, ValueError) as error:
        raise pytest.UsageError(f"--attention-impl {name}: {error}") from error
    wrong = probe(made[0].subject)
    if wrong is not None:
        raise pytest.UsageError(f"--attention-impl {name}: {wrong}")
    collector = LawCollector.from_parent(session, name=f"attention-laws[{name}]", nodeid=f"attention-laws[{name}]")
    collector.made = made
    for item in collector.collect():
        reason = expected.get(item.name)
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
        items.append(item)


def _expected(given: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    for name, _, reason in pairs:
        if not reason:
            raise pytest.UsageError(f"--attention-xfail {name}: expected ID=REASON")
    return {name.strip(): reason for name, _, reason in pairs}


class LawCollector(pytest.Collector):
    """The laws, for one implementation. Attribute: made, the checks."""

    made: list[Check]

    def collect(self) -> Iterator[LawItem]:
        """Yield one item for each law."""
        for check in self.made:
            yield LawItem.from_parent(self, name=check.id, check=check)


class LawItem(pytest.Item):
    """One law held against the implementation."""

    def __init__(self, *, check: Check, **given: Any) -> None:
        super().__init__(**given)
        self.check = check

    def runtest(self) -> None:
        """Check the law; skip where the implementation does not offer what it is about."""
        from proofs.laws.conformance.checking import skipping  # noqa: PLC0415

        skipping(self.check)()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the failure with its reproduction, and no traceback of ours."""
        from proofs.laws.conformance.checking import LawBrokenError  # noqa: PLC0415

        if isinstance(excinfo.value, LawBrokenError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, None, str]:
        """Return what a failure is headed with."""
        return self.nodeid, None, f"law {self.check.id}: {self.check.law.title}"
