"""Server-sent events as they arrive, line by line (WHATWG HTML, section 9.2.6)."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as it came over the wire."""

    name: str
    data: str
    id: str


@dataclass(slots=True)
class FrameReader:
    """Puts lines together to events."""

    _name: str = ""
    _id: str = ""
    _data: list[str] = field(default_factory=list)

    def feed(self, line: str) -> Frame | None:
        """Take the next line, and return the event that it ends, if it ends one."""
        if not line:
            return self._end()
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if key == "event":
            self._name = value
        elif key == "data":
            self._data.append(value)
        elif key == "id":
            self._id = value
        return None

    def _end(self) -> Frame | None:
        name, data = self._name, self._data
        self._name, self._data = "", []
        return Frame(name or "message", "\n".join(data), self._id) if data else None
