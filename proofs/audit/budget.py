"""The budget of arithmetic: so many steps for one segment, and so many for all the segments of a document."""

from __future__ import annotations

from proofs.audit.limits import FREE_WORK, MAX_DOCUMENT_WORK, MAX_WORK, TooLarge


class Budget:
    """Steps that are left, `left`: `spend` takes them, `refill` starts a new segment."""

    def __init__(self) -> None:
        self.left = self._given = MAX_WORK
        self._spare = MAX_DOCUMENT_WORK

    def refill(self) -> None:
        """Start the budget of a new segment: what the document has left, and always enough for a plain formula."""
        self._spare -= max(self._given - self.left - FREE_WORK, 0)
        self._given = self.left = min(MAX_WORK, max(self._spare, 0) + FREE_WORK)

    def spend(self, work: int) -> None:
        """Take steps. Raises TooLarge (MAX_WORK, MAX_DOCUMENT_WORK)."""
        self.left -= work
        if self.left < 0:
            most, where = (MAX_WORK, "formula") if self._given == MAX_WORK else (MAX_DOCUMENT_WORK, "document")
            raise TooLarge(f"more than {most:,} arithmetic steps in one {where}")
