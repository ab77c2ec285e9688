from tools.write_rest import PAGE, rest


def test_the_page_of_routes_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == rest(), "run: make docs"


def test_a_route_stands_with_its_answers_and_the_codes_of_its_problems() -> None:
    (row,) = [line for line in rest().splitlines() if "/v1/jobs/{job}/retry`" in line]

    assert "| yes | 202 |" in row
    assert "409 `job_not_retryable` `request_in_progress`" in row
