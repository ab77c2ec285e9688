"""The route of checkups, described once."""

from api.checkup.bodies import Checked, CheckupEvent, CheckupRequest, Finding
from api.client.call import Stream, content, path
from api.client.failures import failure_in_stream
from api.client.frames import Frame
from api.events import EVENT_STREAM
from api.schemas import Problem


def check_up(request: CheckupRequest) -> Stream[CheckupEvent]:
    """Compare all that is kept, event by event: `checked`, `finding`s, `done`."""
    return Stream(
        "POST",
        path("checkups"),
        _event,
        content=content(request),
        headers={"Accept": EVENT_STREAM},
    )


def _event(frame: Frame) -> CheckupEvent | None:
    match frame.name:
        case "error":
            raise failure_in_stream(Problem.model_validate_json(frame.data))
        case "finding":
            return CheckupEvent("finding", Finding.model_validate_json(frame.data))
        case "checked" | "done" as name:
            return CheckupEvent(name, Checked.model_validate_json(frame.data))
        case _:
            return None
