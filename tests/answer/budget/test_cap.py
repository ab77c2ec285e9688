from answer.budget.cap import InputCap
from answer.budget.families import Fixed, QwenGrid
from answer.budget.words import PER_PART, text_tokens
from tests.answer.model.prompts import picture, request

SYSTEM = text_tokens("Be brief.") + PER_PART


def test_every_part_of_every_message_counts() -> None:
    cap = InputCap(1000, Fixed(100))

    assert cap.tokens([]) == 0
    assert cap.tokens(request("twelve").messages) == SYSTEM + 2 + PER_PART
    two = request("twelve", picture(), picture()).messages
    assert cap.tokens(two) == SYSTEM + 2 * (100 + PER_PART) + 2 + PER_PART


def test_an_image_counts_by_its_size_as_it_is_sent() -> None:
    asked = request("twelve", picture(280, 392)).messages

    tokens = InputCap(1000, QwenGrid()).tokens(asked)

    assert tokens == SYSTEM + 10 * 14 + PER_PART + 2 + PER_PART
