import pytest

from ingest.render_poppler import parse_layout

LAYOUT = """<doc>
  <page width="200.000000" height="100.000000">
    <flow><block xMin="20" yMin="10" xMax="80" yMax="40">
        <line xMin="20.0" yMin="10.0" xMax="80.0" yMax="20.0">
          <word xMin="20.000000" yMin="10.000000" xMax="40.000000" yMax="20.000000">R&amp;D</word>
          <word xMin="-2.500000" yMin="10.000000" xMax="80.000000" yMax="20.000000">costs</word>
        </line>
        <line xMin="20.0" yMin="30.0" xMax="80.0" yMax="40.0">
          <word xMin="20.000000" yMin="30.000000" xMax="40.000000" yMax="40.000000">rose</word>
        </line>
    </block></flow>
  </page>
</doc>"""


def test_words_are_read_with_fractions_of_the_page_and_lines() -> None:
    width, height, words = parse_layout(LAYOUT)
    assert (width, height) == (200.0, 100.0)
    assert [(word.text, word.line) for word in words] == [("R&D", 0), ("costs", 0), ("rose", 1)]
    assert words[0].box == pytest.approx((0.1, 0.1, 0.2, 0.2))
    assert words[1].box[0] == pytest.approx(-0.0125)


def test_a_page_without_words_has_a_size() -> None:
    assert parse_layout('<page width="10.0" height="20.0">\n</page>') == (10.0, 20.0, [])


@pytest.mark.parametrize("layout", ["", "Syntax Error", '<page width="x" height="1">'])
def test_what_names_no_page_is_an_error(layout: str) -> None:
    with pytest.raises(ValueError, match="names no page"):
        parse_layout(layout)


def test_a_page_without_size_is_an_error() -> None:
    with pytest.raises(ValueError, match="no area"):
        parse_layout(LAYOUT.replace('width="200.000000"', 'width="0.000000"'))
