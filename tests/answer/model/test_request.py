import pytest

from answer.model.failure import CallFailed
from answer.model.request import ChatRequest, Options, leave_out

SCHEMA = {"type": "object"}
NONE: Options = frozenset()


def test_a_request_is_at_temperature_zero_and_in_the_schema() -> None:
    options = ChatRequest([], 100, SCHEMA).options(NONE)

    assert options["temperature"] == 0
    assert options["max_tokens"] == 100
    assert options["response_format"]["json_schema"]["schema"] == SCHEMA
    assert "response_format" not in ChatRequest([], 100).options(NONE)


def test_a_limit_of_tokens_that_is_refused_goes_by_its_newer_name() -> None:
    options = ChatRequest([], 100, SCHEMA).options(frozenset({"max_tokens"}))

    assert options["max_completion_tokens"] == 100
    assert "max_tokens" not in options


@pytest.mark.parametrize(
    ("told", "left_out", "expected"),
    [
        ("Unsupported value: 'temperature' must be 1", NONE, {"temperature"}),
        ("use max_completion_tokens instead of max_tokens", NONE, {"max_tokens"}),
        ("unknown field stream_options", NONE, {"stream_options"}),
        ("json_schema is not supported", {"temperature"}, {"temperature", "response_format"}),
        ("bad request", NONE, {"response_format"}),
        ("bad request", {"response_format"}, None),
        ("json_schema is not supported", {"response_format"}, None),
    ],
)
def test_what_a_refusal_names_is_left_out_and_else_the_schema(
    told: str, left_out: Options, expected: Options | None
) -> None:
    assert leave_out(CallFailed("", status=400, told=told), frozenset(left_out)) == expected


def test_only_a_refusal_of_the_request_leads_to_another_one() -> None:
    assert leave_out(CallFailed("", status=500, told="temperature"), NONE) is None
