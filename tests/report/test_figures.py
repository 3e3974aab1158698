"""The figures: they show the data they are given, the same way every time, on an opaque background."""

import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.image import imread

from proofs.report.figures import jacobian_sparsity, lemma_counterexample, weights_heatmaps

PRINTED = [["1"], ["0.47", "0.53"], ["0.37", "0.28", "0.35"]]
EXACT = [["1.000"], ["0.627", "0.373"], ["0.382", "0.323", "0.295"]]
CAUSAL = [[m <= i for m in range(3)] for i in range(3)]
FULL = [[True] * 3 for _ in range(3)]
BEFORE = [["1"], ["0.5", "0.5"]]
AFTER = [["1"], ["0.269", "0.731"]]

FIGURES = {
    "weights": lambda path: weights_heatmaps(PRINTED, EXACT, path),
    "sparsity": lambda path: jacobian_sparsity({"Causal": CAUSAL, "Unmasked": FULL}, path, n=3, d=5, d_v=2),
    "counterexample": lambda path: lemma_counterexample(BEFORE, AFTER, path),
}


def texts(path: Path) -> list[str]:
    """Return the texts of an SVG figure: outlined text keeps its source in a comment."""
    return re.findall(r"<!-- (.*?) -->", path.read_text(encoding="utf-8"))


def colours(path: Path) -> list[str]:
    """Return the fill colours of an SVG figure, in the order drawn."""
    return re.findall(r'style="fill: (#[0-9a-f]{6})', path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_the_same_data_give_the_same_bytes(tmp_path, draw, suffix):
    """A figure drawn twice is one figure."""
    first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
    draw(first)
    draw(second)
    assert first.read_bytes() == second.read_bytes()
    assert len(first.read_bytes()) > 5000
    assert b"<dc:date>" not in first.read_bytes()


def test_neither_the_process_nor_the_user_s_settings_change_a_figure(tmp_path):
    """Another process, another hash seed and another matplotlibrc give the same bytes, and load no pyplot."""
    weights_heatmaps(PRINTED, EXACT, tmp_path / "here.svg")
    settings = tmp_path / "matplotlibrc"
    settings.write_text("font.size: 30\nsvg.fonttype: none\naxes.facecolor: red\nsvg.hashsalt: pepper\n")
    program = f"""
import sys
from pathlib import Path
from proofs.report import figures
assert "matplotlib" not in sys.modules, "matplotlib is imported at start-up"
figures.weights_heatmaps({PRINTED!r}, {EXACT!r}, Path(sys.argv[1]))
assert "matplotlib" in sys.modules
assert "matplotlib.pyplot" not in sys.modules, "pyplot is imported"
"""
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "there.svg")],
        check=True,
        env={
            **os.environ,
            "MATPLOTLIBRC": str(settings),
            "PYTHONHASHSEED": "7",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
    )
    assert (tmp_path / "there.svg").read_bytes() == (tmp_path / "here.svg").read_bytes()


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
def test_drawing_leaves_the_settings_of_matplotlib_alone(tmp_path, draw):
    """Whoever uses matplotlib in the same process finds it as before."""
    before = dict(mpl.rcParams)
    draw(tmp_path / "figure.svg")
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
def test_the_background_is_opaque_white_and_nothing_is_cut_off(tmp_path, draw):
    """On a dark page the figure stands on white; its outermost pixels are background on all four sides."""
    draw(tmp_path / "figure.png")
    pixels = imread(tmp_path / "figure.png")
    if pixels.shape[2] == 4:
        assert (pixels[..., 3] == 1).all()
    for edge in (pixels[:8], pixels[-8:], pixels[:, :8], pixels[:, -8:]):
        assert (edge == 1).all()
    assert (pixels[..., :3] != 1).any()


def test_the_heat_maps_show_the_numbers_as_they_are_given(tmp_path):
    """Cells have the digits passed, or their exact decimal difference; masked cells say so."""
    weights_heatmaps(PRINTED, EXACT, tmp_path / "figure.svg")
    shown = texts(tmp_path / "figure.svg")
    cells = [text for text in shown if re.fullmatch(r"[+\u2212]?[01](?:\.\d+)?|masked", text)]
    numbers = [cell for cell in cells if cell != "masked"]
    ticks = ["1"] * 3 + ["1"]  # the 1 of the three horizontal axes, and of the vertical one they share
    given = [number for rows in (PRINTED, EXACT) for row in rows for number in row]
    differences = ["0.000", "−0.157", "+0.157", "−0.012", "−0.043", "+0.055"]
    assert sorted(numbers) == sorted(given + differences + ticks)
    assert cells.count("masked") == 9
    assert {"Printed in the text", "Exact", "Printed minus exact"} <= set(shown)


def test_equal_weights_have_an_uncoloured_difference(tmp_path):
    """With nothing to show the third panel is blank, and dividing by the largest difference is no trouble."""
    weights_heatmaps([["1"]], [["1"]], tmp_path / "figure.svg")
    assert colours(tmp_path / "figure.svg").count("#0072b2") == 2
    assert "0" in texts(tmp_path / "figure.svg")


def test_the_sparsity_shows_every_block(tmp_path):
    """A vanishing block is one 0; any other is d_v x d cells, of another colour if in the future."""
    jacobian_sparsity({"Causal": CAUSAL, "Unmasked": FULL}, tmp_path / "figure.svg", n=3, d=5, d_v=2)
    shown, filled = texts(tmp_path / "figure.svg"), colours(tmp_path / "figure.svg")
    assert shown.count("0") == 3
    legend = 1
    assert filled.count("#0072b2") == 2 * 6 * (5 * 2) + legend
    assert filled.count("#d55e00") == 3 * (5 * 2) + legend
    assert {"Causal", "Unmasked", "inputs, 5 entries each", "outputs, 2 entries each"} <= set(shown)


def test_a_block_that_leaks_is_seen(tmp_path):
    """One block of the future that does not vanish turns from a 0 into cells of the warning colour."""
    leaking = [list(row) for row in CAUSAL]
    leaking[0][2] = True
    jacobian_sparsity({"Causal": leaking}, tmp_path / "figure.svg", n=3, d=1, d_v=1)
    assert texts(tmp_path / "figure.svg").count("0") == 2
    assert colours(tmp_path / "figure.svg").count("#d55e00") == 1 + 1
    assert "inputs, 1 entry each" in texts(tmp_path / "figure.svg")


def test_the_counterexample_shows_each_weight_before_and_after(tmp_path):
    """Bars carry the digits passed, and each pair says who attends to whom."""
    lemma_counterexample(BEFORE, AFTER, tmp_path / "figure.svg")
    shown = texts(tmp_path / "figure.svg")
    assert [text for text in shown if text in {"1", "0.5", "0.269", "0.731"}] == [
        "1",
        "1",
        "0.5",
        "0.269",
        "0.5",
        "0.731",
    ]
    assert [text for text in shown if "attends" in text] == [
        "word 1 attends to word 1",
        "word 2 attends to word 1",
        "word 2 attends to word 2",
    ]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda path: weights_heatmaps(PRINTED, EXACT, path.with_suffix(".gif")),
            r"^a figure's file must end in \.png or \.svg, got 'figure\.gif'$",
        ),
        (
            lambda path: weights_heatmaps([["1"], ["1"]], EXACT, path),
            r"^printed must have rows of lengths \[1, 2\], got \[1, 1\]$",
        ),
        (
            lambda path: weights_heatmaps(PRINTED, EXACT[:2], path),
            r"^exact must have rows of lengths \[1, 2, 3\], got \[1, 2\]$",
        ),
        (
            lambda path: weights_heatmaps([], [], path),
            r"^printed must have rows of lengths 1, 2, \.\.\., got \[\]$",
        ),
        (
            lambda path: jacobian_sparsity({"Causal": CAUSAL}, path, n=2, d=1, d_v=1),
            r"^pattern 'Causal' must have 2 rows of 2 values, got rows of \[3, 3, 3\]$",
        ),
        (
            lambda path: jacobian_sparsity({}, path, n=2, d=1, d_v=1),
            r"^pattern must have at least one panel$",
        ),
        (
            lambda path: jacobian_sparsity({"Causal": CAUSAL}, path, n=3, d=0, d_v=1),
            r"^n, d and d_v must be positive, got n = 3, d = 0, d_v = 1$",
        ),
        (
            lambda path: lemma_counterexample(BEFORE, PRINTED, path),
            r"^before and after must have rows of the same lengths, got \[1, 2\] and \[1, 2, 3\]$",
        ),
    ],
)
def test_data_that_cannot_be_drawn_are_refused(tmp_path, draw, message):
    """The message says what was expected and what came, and no file is left behind."""
    with pytest.raises(ValueError, match=message):
        draw(tmp_path / "figure.svg")
    assert list(tmp_path.iterdir()) == []
