from collections.abc import Callable, Sequence

import pytest

from answer.figures import Figure, read_figures
from answer.layout import read_blocks, read_lines, spell
from answer.passages import read_passages
from index.records import Box, PageWords, Word

Lay = Callable[..., PageWords]
Spot = tuple[str, float, float]
COLUMNS: Sequence[Spot] = (
    ("30", 0.1, 0.2),
    ("12", 0.3, 0.35),
    ("25", 0.5, 0.25),
    ("8", 0.7, 0.4),
    ("0", 0.1, 0.5),
    ("Aldham", 0.3, 0.52),
    ("Borley", 0.5, 0.52),
    ("Clare", 0.7, 0.52),
)


def scattered(spots: Sequence[Spot], caption: str = "") -> PageWords:
    """Words at their places, each on a line of its own, and a caption below them."""
    placed = [
        Word(text, Box(x, y, x + 0.012 * len(text), y + 0.012), line)
        for line, (text, x, y) in enumerate(spots)
    ]
    below = [
        Word(text, Box(0.1 + 0.06 * n, 0.56, 0.15 + 0.06 * n, 0.572), len(spots))
        for n, text in enumerate(caption.split())
    ]
    return PageWords((*placed, *below), "ocr")


def figures(page: PageWords) -> list[Figure]:
    return read_figures(page.words, read_blocks(read_lines(page.words)))


def paired(page: PageWords) -> list[str]:
    return [spell(page.words, pair) for figure in figures(page) for pair in figure.pairs]


def test_a_column_chart_pairs_each_label_with_the_number_above_it() -> None:
    assert paired(scattered(COLUMNS)) == ["Aldham 12", "Borley 25", "Clare 8"]


def test_a_bar_chart_pairs_each_label_with_the_number_to_its_right() -> None:
    bars = [
        (text, x, 0.2 + 0.1 * n)
        for n, bar in enumerate([("Aldham", "12"), ("Borleys", "25"), ("Clare", "8")])
        for text, x in zip(bar, (0.1 + 0.01 * n, 0.4 + 0.1 * n), strict=True)
    ]

    assert paired(scattered(bars, "Figure 1. Visitors by town.")) == [
        "Aldham 12",
        "Borleys 25",
        "Clare 8",
    ]


def test_the_box_goes_around_all_of_the_figure() -> None:
    (figure,) = figures(scattered(COLUMNS))

    assert figure.box.left == pytest.approx(0.1)
    assert figure.box.top == pytest.approx(0.2)
    assert figure.box.bottom == pytest.approx(0.532)


@pytest.mark.parametrize("caption", ["Figure 2. Visitors by town.", "Abb. 2: Gäste nach Ort."])
def test_a_caption_makes_a_figure_of_labels_without_numbers(caption: str) -> None:
    labels = [("Pump", 0.2, 0.2), ("Tank", 0.5, 0.3), ("Valve", 0.3, 0.4)]

    (figure,) = figures(scattered(labels, caption))

    assert len(figure.others) == 3
    assert figure.caption
    assert figures(scattered(labels)) == []


def test_a_caption_takes_no_scraps_beyond_other_text() -> None:
    labels = [("Pump", 0.2, 0.3), ("Tank", 0.5, 0.35), ("Valve", 0.3, 0.4)]
    far = Word("Contents", Box(0.1, 0.1, 0.2, 0.112), 90)
    prose = [Word("again", Box(0.1 + 0.06 * n, 0.2, 0.15 + 0.06 * n, 0.212), 91) for n in range(10)]
    near = scattered(labels, "Figure 2. The water circuit.").words

    (figure,) = figures(PageWords((far, *prose, *near), "ocr"))

    assert 0 not in {i for other in figure.others for i in other}


def test_a_table_and_a_form_are_no_figures(lay: Lay) -> None:
    table = lay([f"Town {n}      {n}00      {n}50" for n in range(1, 9)])
    form = lay(["Name", "", "Ann Hill", "", "", "Room", "", "Hall", "", "", "Job", "", "Mayor"])

    assert figures(table) == []
    assert figures(form) == []


def test_a_caption_below_a_table_makes_no_figure_of_it(lay: Lay) -> None:
    rows = [f"Town {n}      {n}00      {n}50" for n in range(1, 9)]

    assert figures(lay([*rows, "", "Figure 1. Visitors of all the towns in two years."])) == []


def test_a_running_head_is_no_part_of_a_figure() -> None:
    page = scattered([("Report", 0.1, 0.03), *COLUMNS])

    (figure,) = figures(page)

    assert figure.box.top > 0.1


def test_what_a_figure_says_is_read_with_its_caption_and_framed_by_it() -> None:
    page = scattered(COLUMNS, "Figure 1. Visitors by town.")

    said = next(p for p in read_passages(page) if p.text == "Borley 25")

    assert said.kind == "figure"
    assert said.frame == figures(page)[0].box
    assert "Visitors" in spell(page.words, said.context)
