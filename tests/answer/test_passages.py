from collections.abc import Callable

import pytest

from answer.layout import spell
from answer.passages import Passage, read_passages
from answer.sentences import MAX_WORDS
from index.records import Box, PageWords, Word

Lay = Callable[..., PageWords]


def texts(page: PageWords) -> list[str]:
    return [passage.text for passage in read_passages(page)]


def passage_with(page: PageWords, text: str) -> Passage:
    return next(p for p in read_passages(page) if text in spell(page.words, p.words))


def test_sentences_run_over_line_ends(lay: Lay) -> None:
    page = lay(["The bridge was opened in", "1931. It is still in", "use today."])

    assert texts(page) == ["The bridge was opened in 1931.", "It is still in use today."]


@pytest.mark.parametrize(
    "line",
    [
        "The talk by Dr. Mary Hill was long and good.",
        "Results (cf. Table 3) were as good as before.",
        "The U.S. Senate sat for nine days in a row.",
        "Section no. 12 says the same as the others.",
        "Growth of 3.5 percent was seen last year.",
    ],
)
def test_abbreviations_and_decimals_do_not_end_sentences(lay: Lay, line: str) -> None:
    assert texts(lay([line])) == [line]


def test_chinese_and_arabic_stops_end_sentences(lay: Lay) -> None:
    chinese = lay(["桥于一九三一年 开通。 它今天 仍在 使用 中 并且 很 好。"])
    arabic = lay(["هل افتتح الجسر هنا قبل الحرب؟ نعم افتتح الجسر قبل الحرب بعام"])

    assert len(texts(chinese)) == 2
    assert len(texts(arabic)) == 2


def test_a_table_line_names_the_column_of_each_value(lay: Lay) -> None:
    page = lay(
        [
            "                    2015        2016",
            "Revenue            1,100       1,200",
            "Cost                 700         800",
        ]
    )

    row = passage_with(page, "1,200")

    assert row.kind == "row"
    assert row.text == "Revenue: 2015 1,100, 2016 1,200"
    assert spell(page.words, row.words) == "Revenue 1,100 1,200"
    assert spell(page.words, row.context) == "2015 2016"


def test_a_table_line_keeps_the_line_that_heads_its_group(lay: Lay) -> None:
    page = lay(
        [
            "                    2015        2016",
            "Current assets",
            "Cash               1,100       1,200",
        ]
    )

    assert "Current assets" in spell(page.words, passage_with(page, "1,200").context)


def test_a_table_line_without_header_lists_its_cells(lay: Lay) -> None:
    page = lay(["Invoice number        42-17", "Total due            $12.50"])

    assert texts(page) == ["Invoice number | 42-17", "Total due | $12.50"]


def test_a_heading_is_context_of_what_follows_and_can_be_quoted_itself(lay: Lay) -> None:
    page = lay(["Opening hours", "", "The museum is open from nine to five on all days."])

    sentence, heading = read_passages(page)

    assert spell(page.words, sentence.context) == "Opening hours"
    assert heading.text == "Opening hours"


def test_small_labels_near_each_other_are_one_passage(lay: Lay) -> None:
    page = lay(["Downloads", "", "81 million"])

    assert texts(page) == ["Downloads · 81 million"]


def test_a_sentence_broken_by_a_column_end_is_one(lay: Lay) -> None:
    left = lay(["", "", "the members of the committee decided after long talks"]).words
    right = lay(["to build the bridge in stone."], left=0.6, first_line=5).words

    page = PageWords(left + right, "text_layer")

    assert texts(page) == [
        "the members of the committee decided after long talks to build the bridge in stone."
    ]


def test_what_never_ends_is_cut_at_line_ends(lay: Lay) -> None:
    page = lay(["ten words that go on and on without any end"] * 20)

    passages = read_passages(page)

    assert all(len(p.words) <= MAX_WORDS for p in passages)
    assert sum(len(p.words) for p in passages) == len(page.words)


def test_every_word_with_letters_is_quoted_once(lay: Lay) -> None:
    page = lay(["Heading", "", "A sentence of the page. Another one.", "Cash     12", "", "note"])

    quoted = sorted(i for p in read_passages(page) for i in p.words)

    assert quoted == list(range(len(page.words)))


def test_marks_without_letters_or_digits_are_no_passages() -> None:
    page = PageWords((Word("•", Box(0.1, 0.1, 0.11, 0.11), 0),), "ocr")

    assert read_passages(page) == []


def test_a_cell_that_goes_on_below_belongs_to_its_table_line(lay: Lay) -> None:
    page = lay(
        [
            "163      Flow error:      Clean",
            "         warm rinsing",
            "188      Heater error     Call",
        ]
    )

    assert texts(page) == ["163 | Flow error: warm rinsing | Clean", "188 | Heater error | Call"]


def test_a_name_and_its_value_are_no_column_header(lay: Lay) -> None:
    page = lay(["Invoice date:      3 August 2014", "Total due:               $4.11"])

    assert texts(page)[1] == "Total due: | $4.11"


def test_two_header_lines_are_read_together(lay: Lay) -> None:
    page = lay(
        [
            "                  January 28,    January 29,",
            "                         2023           2022",
            "Cash                    1,100          1,200",
        ]
    )

    assert (
        passage_with(page, "1,200").text == "Cash: January 28, 2023 1,100, January 29, 2022 1,200"
    )


@pytest.mark.parametrize("marker", ["1.", "(a)", "\u2022", "o"])
def test_a_list_item_is_a_sentence_and_no_table_line(lay: Lay, marker: str) -> None:
    page = lay([f"{marker}     the bridge must be closed in", "      winter for all carts."])

    (item,) = read_passages(page)

    assert item.kind == "sentence"
    assert item.text == f"{marker} the bridge must be closed in winter for all carts."


@pytest.mark.parametrize(
    "title",
    [
        "Table 3.1 - Bridges of the county and their age",
        "THE BRIDGES OF THE COUNTY",
        "The bridges were these:",
    ],
)
def test_captions_capitals_and_lead_ins_are_titles_of_what_follows(lay: Lay, title: str) -> None:
    page = lay([title, "", "Aldham      1931      900", "Borley      1940      800"])

    assert passage_with(page, title).kind == "title"
    assert title in spell(page.words, passage_with(page, "Aldham").context)


def test_column_headers_are_headers_and_running_heads_titles() -> None:
    header = [Word(t, Box(x, 0.3, x + 0.05, 0.31), 1) for t, x in (("2015", 0.5), ("2016", 0.7))]
    row = [
        Word(t, Box(x, 0.32, x + 0.05, 0.33), 2)
        for t, x in (("Cash", 0.1), ("11", 0.5), ("12", 0.7))
    ]
    head = [Word("Handbook", Box(0.1, 0.02, 0.2, 0.03), 0)]

    kinds = [p.kind for p in read_passages(PageWords((*head, *header, *row), "ocr"))]

    assert sorted(kinds) == ["header", "row", "title"]


def test_a_short_first_line_is_a_heading_and_not_the_start_of_the_sentence(lay: Lay) -> None:
    page = lay(["Opening hours", "The museum is open from nine to five on", "all days but Monday."])

    assert texts(page)[0] == "The museum is open from nine to five on all days but Monday."


def test_a_word_broken_at_a_line_end_is_whole_for_people_and_as_printed_in_the_quote(
    lay: Lay,
) -> None:
    page = lay(["The two nations had long been em-", "barked on a common path."])

    (sentence,) = read_passages(page)

    assert "been embarked on" in sentence.text
    assert "em- barked" in spell(page.words, sentence.words)


def test_a_line_of_years_is_a_header_even_without_a_table_below(lay: Lay) -> None:
    page = lay(["2015        2016        2017", "", "The sums are told in marks of this year."])

    assert [p.kind for p in read_passages(page)] == ["header", "sentence"]


def test_a_body_line_is_no_header_of_the_lines_below(lay: Lay) -> None:
    page = lay(
        [
            "Terminal     Wire         Connected to",
            "X1           9 mm         the supply",
            "X7           no load      the lock",
            "X8           0-10 V       the set point",
        ]
    )

    assert spell(page.words, passage_with(page, "X8").context) == "Terminal Wire Connected to"


def test_a_sentence_heads_no_group_of_rows(lay: Lay) -> None:
    page = lay(["Enter the code 2648.", "", "Menu      1", "Lock      0"])

    assert passage_with(page, "2648").kind == "sentence"
    assert passage_with(page, "Menu").context == ()


@pytest.mark.parametrize("number", ["5.", "A.", "Figure 5."])
def test_a_numbering_stays_with_the_sentence_that_it_opens(lay: Lay, number: str) -> None:
    page = lay([f"Screw the feet down with bolts, 35 Nm. {number} Turn the fan by hand."])

    assert texts(page) == [
        "Screw the feet down with bolts, 35 Nm.",
        f"{number} Turn the fan by hand.",
    ]
