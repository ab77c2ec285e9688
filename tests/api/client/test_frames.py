from api.client.frames import Frame, FrameReader


def read(text: str) -> list[Frame]:
    reader = FrameReader()
    return [frame for line in text.splitlines() if (frame := reader.feed(line)) is not None]


def test_an_event_ends_with_an_empty_line() -> None:
    assert read("event: a\ndata: 1\n\nevent: b\ndata: 2\n") == [Frame("a", "1", "")]


def test_lines_of_data_are_joined() -> None:
    assert read("data: 1\ndata:2\ndata\n\n") == [Frame("message", "1\n2\n", "")]


def test_comments_and_events_without_data_are_passed_over() -> None:
    assert read(": ping\n\nevent: a\n\ndata: 1\n\n") == [Frame("message", "1", "")]


def test_an_id_holds_until_the_next_one() -> None:
    assert [frame.id for frame in read("id: 7\ndata: 1\n\ndata: 2\n\n")] == ["7", "7"]
