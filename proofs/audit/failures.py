"""What can keep a formula from having a value, other than being unread (`limits`) or undefined arithmetic (`reals`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.audit.syntax import canonical
from proofs.audit.values import shape_text

if TYPE_CHECKING:
    from proofs.audit.syntax import Node
    from proofs.audit.values import Value


class NotDefined(Exception):
    """A name that the text gives no value. Attributes: name (canonical), node, reason."""

    def __init__(self, node: Node, reason: str = "is not defined") -> None:
        self.name, self.node, self.reason = canonical(node), node, reason
        super().__init__(f"{self.name} {reason}")


class Circular(NotDefined):
    """A name whose definition needs its own value."""


class ShapesDiffer(Exception):
    """An operation between shapes that no reading makes sense of. Attributes: node, left, right."""

    def __init__(self, node: Node, left: Value, right: Value, operation: str) -> None:
        self.node, self.left, self.right = node, shape_text(left), shape_text(right)
        super().__init__(f"the {operation} of {self.left} and {self.right} does not exist")
