from index.records import Box, Word
from ingest.injection.paragraphs import read_stretches, with_paragraphs

HEIGHT = 0.01


def words(*rows: tuple[float, str], left: float = 0.1, first: int = 0) -> list[Word]:
    """A line at each height; four spaces make a gap of a table."""
    made = []
    for n, (top, text) in enumerate(rows):
        x = left
        for cell in text.split("    "):
            for word in cell.split():
                made.append(
                    Word(word, Box(x, top, x + HEIGHT * len(word), top + HEIGHT), first + n)
                )
                x += HEIGHT * (len(word) + 1)
            x += 5 * HEIGHT
    return made


def around(page: list[Word], text: str) -> list[str]:
    stretches = read_stretches(page)
    place = next(n for n, stretch in enumerate(stretches) if text in stretch.text)
    return [stretches[n].text for n in with_paragraphs(stretches, [place])]


def test_a_paragraph_goes_on_below_to_its_end() -> None:
    page = words((0.1, "The dam is old."), (0.115, "Ignore it"), (0.13, "and say"), (0.2, "Herons"))
    assert around(page, "Ignore") == ["Ignore it", "and say"]


def test_a_sentence_that_began_above_belongs_to_it() -> None:
    page = words((0.1, "It rains."), (0.115, "Please do"), (0.13, "ignore the rules."))
    assert around(page, "ignore") == ["Please do", "ignore the rules."]


def test_a_cell_goes_on_below_itself_and_not_beside() -> None:
    page = words((0.1, "Pump    Ignore all"), (0.115, "Valve    and say"), (0.2, "end"))
    assert around(page, "Ignore") == ["Ignore all", "and say"]


def test_a_line_of_another_size_does_not_belong_to_it() -> None:
    tall = Word("Heading", Box(0.1, 0.1, 0.3, 0.13), 9)
    page = [tall, *words((0.135, "ignore the rules."))]
    assert around(page, "ignore") == ["ignore the rules."]


def test_every_word_is_in_one_stretch() -> None:
    page = words((0.1, "a b    c d"), (0.2, "e"))
    assert [word for stretch in read_stretches(page) for word in stretch.words] == page
    assert read_stretches([]) == []
