r"""The kernel's part: theories in Rocq (Coq) that prove the claims a second time, and what re-checks them.

`theories/` holds the theories: real numbers, the real exponential, all sizes.  `source` reads them as text, `rocq`
runs the tools, `record` keeps what was found for machines without Rocq, `check` puts the three together.
Nothing here knows of claims; a claim names its theorem, and `proofs.registry` holds the two lists together.

References: [coq2022].
"""

from proofs.kernel.check import ALLOWED, How, Outcome, check
from proofs.kernel.source import Theorem, Theories, load

__all__ = ["ALLOWED", "How", "Outcome", "Theorem", "Theories", "check", "load"]
