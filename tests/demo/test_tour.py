from pathlib import Path

import pytest
from click.testing import CliRunner

from api.questions.bodies import AnswerResponse, UsageBody
from demo.tour import Stop, is_right, main, stops


def answered(text: str, *, refused: bool = False) -> AnswerResponse:
    return AnswerResponse(
        answer=text,
        refused=refused,
        grounded=not refused,
        model="extractive",
        citations=[],
        usage=UsageBody(input_tokens=0, output_tokens=0),
        timings={},
    )


def test_the_tour_asks_several_answerable_questions_and_an_unanswerable_one() -> None:
    asked = stops()

    assert len([stop for stop in asked if stop.accepted]) >= 6
    assert len([stop for stop in asked if not stop.accepted]) == 1
    assert len({stop.question for stop in asked}) == len(asked)


def test_an_answer_is_right_when_it_holds_one_of_the_accepted_ones() -> None:
    stop = Stop("How heavy is it?", "a table", ("118 kg", "118 kilograms"))

    assert is_right(stop, answered("Weight, empty: 118 kg"))
    assert not is_right(stop, answered("Weight, filled: 131 kg"))


def test_a_refusal_is_right_only_where_there_is_no_answer() -> None:
    refusal = answered("Not found in these documents.", refused=True)

    assert is_right(Stop("What is E45?", "absent", ()), refusal)
    assert not is_right(Stop("What is E31?", "a table", ("Defrost failed",)), refusal)
    assert not is_right(Stop("What is E45?", "absent", ()), answered("E45 is a fault."))


@pytest.mark.slow
def test_the_tour_indexes_every_document_answers_and_says_how_to_go_on(tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["--data", str(tmp_path / "data")])

    assert shown.exit_code == 0, shown.output
    assert "14 documents, 57 pages are ready." in shown.output
    assert all(stop.question in shown.output for stop in stops())
    assert "invoice-scan-cobb-2024-02.pdf, page 1, box" in shown.output
    assert "Not found in these documents." in shown.output
    assert "pagesight serve" in shown.output
