r"""Figures for the reports, drawn from plain data.

Nothing is decided or evaluated here: the functions receive decimal strings and truth values, and draw them.
Numbers arrive as strings so that a cell shows the digits that a document printed or an audit certified, and
no others.

The same data give the same bytes, for a given version of matplotlib: the settings are its defaults with ours
on top, whatever the user has configured; SVG identifiers have a fixed salt; files carry no date; panels are
placed by hand, as the solver behind matplotlib's constrained layout varies in its last digits between runs.
Text is drawn as outlines on opaque white, so that a figure looks the same on light and dark pages.

matplotlib is imported inside the functions, as most commands need no figure; ``pyplot`` and its global state
are not used at all.
"""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["jacobian_sparsity", "lemma_counterexample", "weights_heatmaps"]

# Blue and vermilion of Okabe & Ito, told apart with any colour vision; in grey print, where they are close,
# the sign, the place or the order of what is coloured says the same.
BLUE = "#0072B2"
VERMILION = "#D55E00"
PALE_BLUE = "#A6CEE6"
INK = "#1F2328"
QUIET = "#6E7781"
MASKED = "#EFF1F3"
WHITE = "#FFFFFF"

WIDTH = 8.3  # inches: about 800 CSS pixels as SVG, the width of a README on GitHub
GAP = 0.22  # inches between panels
TOP = 0.68  # inches for the title, and the titles of panels
RIGHT = 0.18
WEIGHTS_LEFT, WEIGHTS_BOTTOM = 0.58, 0.58
SPARSITY_LEFT, SPARSITY_BOTTOM = 0.7, 1.02
BARS_LEFT, BARS_RIGHT, BARS_TOP, BARS_BOTTOM = 2.0, 0.62, 0.5, 0.98
BAR_PAIR = 0.58
SETTINGS: Any = {  # versions of matplotlib differ in how they type this mapping
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.labelsize": 10,
    "axes.titlecolor": INK,
    "axes.titlepad": 8,
    "axes.titlesize": 11,
    "figure.facecolor": WHITE,
    "figure.titlesize": 12.5,
    "figure.titleweight": "bold",
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 10,
    "savefig.dpi": 200,
    "savefig.facecolor": WHITE,
    "svg.fonttype": "path",
    "svg.hashsalt": "attention-proofs",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def weights_heatmaps(printed: Sequence[Sequence[str]], exact: Sequence[Sequence[str]], path: Path) -> None:
    """Draw printed against exact attention weights as lower-triangular heat maps, and their difference.

    Args:
        printed: row i holds the weights of positions 1 to i as the document prints them, decimal strings.
        exact: the exact weights in the same layout, decimal strings at the precision to be shown.
        path: the file to write, ``.svg`` or ``.png``.

    Raises:
        ValueError: the rows are not lower-triangular, or the file has another extension.
    """
    for name, rows in (("printed", printed), ("exact", exact)):
        _require_lower_triangular(name, rows, size=len(printed))
    height = TOP + _panel_width(3, left=WEIGHTS_LEFT) + WEIGHTS_BOTTOM
    with _figure(path, height=height) as figure:
        _draw_weights(figure, printed, exact)


def jacobian_sparsity(pattern: Mapping[str, Sequence[Sequence[bool]]], path: Path, n: int, d: int, d_v: int) -> None:
    """Draw which blocks d a_i / d x_m of the Jacobian vanish, one panel per kind of attention.

    Args:
        pattern: for each panel, its title and n rows of n truth values: row i, column m is true where the
            d_v x d block d a_i / d x_m does not vanish identically.
        path: the file to write, ``.svg`` or ``.png``.
        n: the number of tokens.
        d: the length of an input, the width of a block.
        d_v: the length of an output, the height of a block.

    Raises:
        ValueError: there is no panel, or one is not n x n; a size is not positive; the file has another
            extension.
    """
    if min(n, d, d_v) < 1:
        raise ValueError(f"n, d and d_v must be positive, got n = {n}, d = {d}, d_v = {d_v}")
    if not pattern:
        raise ValueError("pattern must have at least one panel")
    for title, rows in pattern.items():
        lengths = [len(row) for row in rows]
        if lengths != [n] * n:
            raise ValueError(f"pattern {title!r} must have {n} rows of {n} values, got rows of {lengths}")
    height = TOP + _panel_width(len(pattern), left=SPARSITY_LEFT) * d_v / d + SPARSITY_BOTTOM
    with _figure(path, height=height) as figure:
        _draw_sparsity(figure, pattern, n, d, d_v)


def lemma_counterexample(before: Sequence[Sequence[str]], after: Sequence[Sequence[str]], path: Path) -> None:
    """Draw attention weights before and after one vector is added to every token, as pairs of bars.

    Args:
        before: row i holds the weights of the positions that i attends to, decimal strings.
        after: the weights for the translated tokens, in the same layout.
        path: the file to write, ``.svg`` or ``.png``.

    Raises:
        ValueError: the two layouts differ, or the file has another extension.
    """
    if [len(row) for row in before] != [len(row) for row in after]:
        raise ValueError(
            f"before and after must have rows of the same lengths, got {[len(row) for row in before]} "
            f"and {[len(row) for row in after]}"
        )
    pairs = sum(len(row) for row in before)
    with _figure(path, height=BARS_TOP + BAR_PAIR * pairs + BARS_BOTTOM) as figure:
        _draw_counterexample(figure, before, after)


@contextmanager
def _figure(path: Path, *, height: float) -> Iterator[Figure]:
    """Give a figure to draw on, and write it to ``path`` afterwards."""
    metadata: dict[str, dict[str, str | None]] = {
        ".png": {"Software": None},
        ".svg": {"Creator": None, "Date": None},
    }
    suffix = Path(path).suffix.lower()
    if suffix not in metadata:
        raise ValueError(f"a figure's file must end in {' or '.join(metadata)}, got {Path(path).name!r}")

    # Late, as matplotlib takes longer to start than most commands take to run.
    from matplotlib import rc_context, style  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with style.context("default"), rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH, height))
        yield figure
        figure.savefig(path, format=suffix[1:], metadata=metadata[suffix])


def _panel_width(count: int, *, left: float, right: float = RIGHT) -> float:
    return (WIDTH - left - right - GAP * (count - 1)) / count


def _panels(
    figure: Figure, count: int, *, left: float, bottom: float, top: float = TOP, right: float = RIGHT
) -> list[Axes]:
    """Place ``count`` panels side by side, with margins in inches."""
    height = figure.get_figheight()
    grid = figure.subplots(
        1,
        count,
        sharey=True,
        squeeze=False,
        gridspec_kw={
            "left": left / WIDTH,
            "right": 1 - right / WIDTH,
            "bottom": bottom / height,
            "top": 1 - top / height,
            "wspace": GAP / _panel_width(count, left=left, right=right),
        },
    )
    return list(grid[0])


def _title(figure: Figure, title: str) -> None:
    figure.suptitle(title, y=1 - 0.12 / figure.get_figheight(), va="top")


def _draw_weights(figure: Figure, printed: Sequence[Sequence[str]], exact: Sequence[Sequence[str]]) -> None:
    from matplotlib.colors import LinearSegmentedColormap, Normalize  # noqa: PLC0415

    size = len(printed)
    differences = [
        [Decimal(left) - Decimal(right) for left, right in zip(*rows, strict=True)]
        for rows in zip(printed, exact, strict=True)
    ]
    largest = float(max(abs(value) for row in differences for value in row)) or 1.0
    weights = LinearSegmentedColormap.from_list("weights", [WHITE, PALE_BLUE, BLUE])
    signed = LinearSegmentedColormap.from_list("signed", [BLUE, WHITE, VERMILION])
    panels = (
        ("Printed in the text", printed, weights, Normalize(0.0, 1.0)),
        ("Exact", exact, weights, Normalize(0.0, 1.0)),
        (
            "Printed minus exact",
            [[_signed(value) for value in row] for row in differences],
            signed,
            Normalize(-largest, largest),
        ),
    )
    _title(figure, "Attention weights of the worked example")
    axes = _panels(figure, len(panels), left=WEIGHTS_LEFT, bottom=WEIGHTS_BOTTOM)
    for axis, (title, rows, colours, scale) in zip(axes, panels, strict=True):
        _matrix_frame(axis, size)
        axis.set_title(title)
        axis.set_xlabel("word $j$, attended to")
        for i, row in enumerate(rows):
            for j, number in enumerate(row):
                red, green, blue, _ = colours(scale(float(number.replace("\N{MINUS SIGN}", "-"))))
                _cell(axis, i, j, (red, green, blue))
                # Relative luminance of the sRGB primaries, gamma left aside.
                ink = INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5 else WHITE
                axis.text(j, i, number, ha="center", va="center", fontsize=min(11, 36 / size), color=ink)
            for j in range(len(row), size):
                _cell(axis, i, j, MASKED)
                axis.text(j, i, "masked", ha="center", va="center", fontsize=min(8, 26 / size), color=QUIET)
    axes[0].set_ylabel("word $i$, attending")


def _draw_sparsity(figure: Figure, pattern: Mapping[str, Sequence[Sequence[bool]]], n: int, d: int, d_v: int) -> None:
    from matplotlib.patches import Patch, Rectangle  # noqa: PLC0415

    _title(figure, "Which outputs depend on which inputs: the sparsity that is causality")
    axes = _panels(figure, len(pattern), left=SPARSITY_LEFT, bottom=SPARSITY_BOTTOM)
    for axis, (title, rows) in zip(axes, pattern.items(), strict=True):
        axis.set_title(title)
        axis.set_xlim(0, n * d)
        axis.set_ylim(n * d_v, 0)
        axis.set_aspect("equal")
        axis.tick_params(length=0, labelsize=12)
        axis.spines[:].set_visible(False)
        axis.set_xticks([d * (m + 0.5) for m in range(n)], [f"$x_{{{m + 1}}}$" for m in range(n)])
        axis.set_yticks([d_v * (i + 0.5) for i in range(n)], [f"$a_{{{i + 1}}}$" for i in range(n)])
        axis.set_xlabel(f"inputs, {_entries(d)} each")
        for i, row in enumerate(rows):
            for m, reacts in enumerate(row):
                if reacts:
                    colour = VERMILION if m > i else BLUE
                    corners = [(m * d + b, i * d_v + a) for a in range(d_v) for b in range(d)]
                    for corner in corners:
                        axis.add_patch(Rectangle(corner, 1, 1, facecolor=colour, edgecolor=WHITE, lw=0.5))
                else:
                    axis.add_patch(Rectangle((m * d, i * d_v), d, d_v, facecolor=MASKED))
                    axis.text(d * (m + 0.5), d_v * (i + 0.5), "0", ha="center", va="center", color=QUIET)
        for k in range(1, n):
            axis.axvline(k * d, color=WHITE, lw=3)
            axis.axhline(k * d_v, color=WHITE, lw=3)
    axes[0].set_ylabel(f"outputs, {_entries(d_v)} each")
    figure.legend(
        handles=[
            Patch(facecolor=BLUE, label="can depend on its own and earlier words"),
            Patch(facecolor=VERMILION, label="can depend on later words"),
            Patch(facecolor=MASKED, edgecolor=QUIET, lw=0.6, label="derivative always 0"),
        ],
        loc="lower center",
        ncols=3,
        frameon=False,
    )


def _draw_counterexample(figure: Figure, before: Sequence[Sequence[str]], after: Sequence[Sequence[str]]) -> None:
    thickness = 0.36
    _title(figure, "Lemma 1 fails: adding one vector to every word changes the weights")
    (axis,) = _panels(figure, 1, left=BARS_LEFT, bottom=BARS_BOTTOM, top=BARS_TOP, right=BARS_RIGHT)
    names: list[str] = []
    for i, rows in enumerate(zip(before, after, strict=True)):
        for j, values in enumerate(zip(*rows, strict=True)):
            place = len(names)
            names.append(f"word {i + 1} attends to word {j + 1}")
            for value, shift, colour in zip(values, (-0.5, 0.5), (BLUE, VERMILION), strict=True):
                where = place + shift * thickness
                axis.barh(where, float(value), height=thickness, color=colour, edgecolor=WHITE)
                axis.annotate(value, (float(value), where), xytext=(4, 0), textcoords="offset points", va="center")
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.set_xlim(0, 1)
    axis.set_xlabel("attention weight")
    axis.tick_params(axis="y", length=0)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    figure.legend(
        handles=[axis.containers[0], axis.containers[1]],
        labels=["before adding the vector", "after adding it"],
        loc="lower center",
        ncols=2,
        frameon=False,
    )


def _matrix_frame(axis: Axes, size: int) -> None:
    """Set up an axis for a square matrix, row 1 on top, with positions counted from 1."""
    positions = [str(k + 1) for k in range(size)]
    axis.set_xlim(-0.5, size - 0.5)
    axis.set_ylim(size - 0.5, -0.5)
    axis.set_xticks(range(size), positions)
    axis.set_yticks(range(size), positions)
    axis.set_aspect("equal")
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)


def _cell(axis: Axes, row: int, column: int, colour: str | tuple[float, float, float]) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    axis.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=colour, edgecolor="#D0D7DE", linewidth=1))


def _entries(count: int) -> str:
    return f"{count} {'entry' if count == 1 else 'entries'}"


def _signed(value: Decimal) -> str:
    """Return the number with its sign, the typographic minus included; zero has none."""
    return f"{value:+f}".replace("-", "\N{MINUS SIGN}") if value else f"{abs(value):f}"


def _require_lower_triangular(name: str, rows: Sequence[Sequence[str]], *, size: int) -> None:
    lengths = [len(row) for row in rows]
    expected = list(range(1, size + 1))
    if lengths != expected or not size:
        raise ValueError(f"{name} must have rows of lengths {expected or '1, 2, ...'}, got {lengths}")
