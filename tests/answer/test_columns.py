from collections.abc import Callable

import pytest

from answer.columns import are_titles
from answer.layout import read_lines
from answer.passages import Passage, read_passages
from index.records import PageWords

Lay = Callable[..., PageWords]

CODES = [
    "Code     Meaning                  Lock     Likely cause",
    "E02      Outdoor sensor open      no       Cable broken, or plug loose",
    "E05      Flow too low             no       Filter blocked",
    "                                           or valve shut",
    "E31      Defrost failed           yes      Drain frozen",
]


def is_titled(page: PageWords) -> bool:
    first, *below = read_lines(page.words)
    return are_titles(page.words, first, below)


def passages(page: PageWords) -> dict[str, Passage]:
    return {passage.text: passage for passage in read_passages(page)}


def test_the_lines_of_a_table_of_words_bring_their_titles(lay: Lay) -> None:
    found = passages(lay(CODES))

    assert {text: one.kind for text, one in found.items()} == {
        "Code Meaning Lock Likely cause": "header",
        "Code: E02; Meaning: Outdoor sensor open; Lock: no; "
        "Likely cause: Cable broken, or plug loose": "row",
        "Code: E05; Meaning: Flow too low; Lock: no; "
        "Likely cause: Filter blocked or valve shut": "row",
        "Code: E31; Meaning: Defrost failed; Lock: yes; Likely cause: Drain frozen": "row",
    }


def test_each_cell_knows_the_title_of_its_column(lay: Lay) -> None:
    page = lay(CODES)
    row = next(one for text, one in passages(page).items() if "E31" in text)

    assert [" ".join(page.words[i].text for i in cell.head) for cell in row.cells] == [
        "Code",
        "Meaning",
        "Lock",
        "Likely cause",
    ]


def test_a_line_with_an_empty_cell_leaves_its_title_out(lay: Lay) -> None:
    page = lay([*CODES, "E40      Propane detected                  Leave the area"])

    assert "Code: E40; Meaning: Propane detected; Likely cause: Leave the area" in passages(page)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(CODES[:2], id="one line below"),
        pytest.param(
            ["Name      John Smith", "Phone     555 1234", "Born      3 May 1970"], id="a form"
        ),
        pytest.param(
            ["E01      Sensor     no", "E02      Pump       no", "E03      Valve      yes"],
            id="figures in the first line",
        ),
        pytest.param(
            ["Ann      Paris      baker", "Ben      Rome       smith", "Cem      Oslo       cook"],
            id="no figures at all",
        ),
        pytest.param(
            ["Ann      Paris      baker", "Ben      Rome       21", "Cem      Oslo       cook"],
            id="figures in one line alone",
        ),
        pytest.param(
            ["Code      Meaning", "E02       open      E03      shut", "E04       low       E05"],
            id="more columns than titles",
        ),
        pytest.param(
            ["     Meaning      Lock", "E02    open        no", "E03    shut        no"],
            id="a column without a title",
        ),
    ],
)
def test_a_first_line_that_titles_nothing_is_no_header(lay: Lay, lines: list[str]) -> None:
    assert not is_titled(lay(lines))


def test_two_columns_are_titled_where_the_first_one_holds_codes(lay: Lay) -> None:
    assert is_titled(lay(["Code     Meaning", "E02      Sensor open", "E05      Flow too low"]))


def test_a_row_in_the_margin_is_a_title_and_no_header(lay: Lay) -> None:
    running = lay(["Annual report          7"], left=0.1).words
    at_top = PageWords(
        tuple(w._replace(box=w.box._replace(top=0.01, bottom=0.02)) for w in running), "ocr"
    )

    assert [passage.kind for passage in read_passages(at_top)] == ["title"]
