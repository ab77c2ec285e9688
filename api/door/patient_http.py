"""HTTP read in C, by a reader with two things that uvicorn's lacks: patience, and an end of it."""

from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MAX_BARREN_BYTES = 64 << 10  # h11 holds as much of a head that does not end


class PatientHttp(HttpToolsProtocol):
    """Answers what it was asked before it hangs up on what follows and is no HTTP.

    uvicorn's hangs up at once, so that whoever sends more than the request says hears nothing of
    it; and it gathers heads and trailers for as long as they go on.
    """

    _n_barren = 0  # bytes since the last that ended a head or belonged to a body

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        self._n_barren += len(data)
        super().data_received(data)
        if self._n_barren > MAX_BARREN_BYTES:
            self.send_400_response("The head of the request is too long.")

    def on_headers_complete(self) -> None:
        """Begin to answer a request."""
        self._n_barren = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take some of its body."""
        self._n_barren = 0
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """Hang up, after the answer to a request that is here to its end."""
        cycle = cast("RequestResponseCycle | None", self.cycle)  # none before the first request
        if cycle is None or cycle.response_complete or cycle.more_body:
            super().send_400_response(msg)
            return
        cycle.keep_alive = False
        self.flow.pause_reading()
