from answer.stop import Stop


def test_what_is_to_end_is_called_once_however_often_it_is_set() -> None:
    stop, called = Stop(), []

    with stop.calling(lambda: called.append("ended")):
        assert called == []
        stop.set()
        stop.set()

    assert called == ["ended"]
    assert stop.is_set


def test_what_begins_after_it_was_set_is_called_at_once() -> None:
    stop, called = Stop(), []
    stop.set()

    with stop.calling(lambda: called.append("ended")):
        assert called == ["ended"]


def test_what_has_ended_by_itself_is_not_called() -> None:
    stop, called = Stop(), []
    with stop.calling(lambda: called.append("ended")):
        pass

    stop.set()

    assert called == []
