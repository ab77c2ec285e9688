import pytest

from answer.extraction.dates import order_of, read_date


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "5.3.2024",
        "05.03.24",
        "5. März 2024",
        "5 March 2024",
        "5th of March 2024",
        "March 5, 2024",
        "March 5 , 2024",
        "Mar 5, 2024",
        "5-Mar-2024",
        "5 mars 2024",
        "den 5. März 2024",
        "Tuesday, 5 March 2024",
        "5 de marzo de 2024",
        "5 maart 2024",
    ],
)
def test_a_printed_date_is_read_into_its_iso_form(text: str) -> None:
    found = read_date(text, day_first=None)
    assert found is not None
    assert (found.iso, found.end, found.is_certain) == ("2024-03-05", len(text), True)


@pytest.mark.parametrize("text", ["30.02.2024", "12", "5 Marble 2024", "3.5", "ju 5, 2024", ""])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text, day_first=None) is None


def test_a_date_with_slashes_is_certain_where_the_order_is_known() -> None:
    read = [read_date("03/04/2024", day_first=known) for known in (True, False, None)]
    assert [found and found.iso for found in read] == ["2024-04-03", "2024-03-04", "2024-04-03"]
    assert [found and found.is_certain for found in read] == [True, True, False]
    clear = read_date("03/25/2024", day_first=None)
    assert clear is not None
    assert (clear.iso, clear.is_certain) == ("2024-03-25", True)


def test_one_clear_date_shows_the_order_of_the_others() -> None:
    assert order_of(["03/04/2024", "03/25/2024"]) is False
    assert order_of(["03/04/2024", "25/03/2024"]) is True
    assert order_of(["03/04/2024"]) is None
    assert order_of(["03/25/2024", "25/03/2024"]) is None
