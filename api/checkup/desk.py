"""A checkup as a verb of the desk, event by event."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Protocol

from api.checkup.bodies import Checked, CheckupEvent, CheckupRequest, Finding
from api.checkup.checkup import Checkup
from api.jobs.desk import LocalJobs
from index.errors import Forbidden


class CheckupDesk(Protocol):
    """The verb of who runs the service."""

    def check_up(self, request: CheckupRequest) -> Iterator[CheckupEvent]:
        """Compare all that is kept, event by event: `checked`, `finding`s, `done`."""


class LocalCheckups(LocalJobs):
    """The checkup of the service in this process."""

    def check_up(self, request: CheckupRequest) -> Iterator[CheckupEvent]:
        """Compare all that is kept, event by event: `checked`, `finding`s, `done`.

        Raises:
            Forbidden: whoever asks is not who runs the service: it would see all tenants' data.
        """
        if not self.access.is_operator:
            raise Forbidden("a checkup tells of every tenant; `pagesight doctor --deep` makes it")
        return _events(Checkup.of(self.service, grace=timedelta(seconds=request.grace_s)))


def _events(checkup: Checkup) -> Iterator[CheckupEvent]:
    last = Checked()
    for told in checkup.run():
        if isinstance(told, Finding):
            yield CheckupEvent("finding", told)
        else:
            last = told
            yield CheckupEvent("checked", told)
    yield CheckupEvent("done", last)
