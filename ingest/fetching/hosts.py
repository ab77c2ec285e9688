"""Which URLs may be fetched: https, to hosts that the operator has listed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from index.errors import InvalidRequest, UrlRefused

HTTPS_PORT = 443
MAX_URL = 2000
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"({LABEL}\.)+(?!\d+(\W|$)){LABEL}")  # the last part is no number
RULE = re.compile(rf"(?P<any>\*\.)?(?P<host>{HOST.pattern})(:(?P<port>\d{{1,5}}))?")


@dataclass(frozen=True, slots=True)
class HostRule:
    """One entry of the allow-list.

    Attributes:
        host: the name, or with `below` what it must end in.
        port: the one port.
        below: whether hosts below the name are meant, and not the name itself.
    """

    host: str
    port: int = HTTPS_PORT
    below: bool = False

    @classmethod
    def parse(cls, text: str) -> "HostRule":
        """Read `example.org`, `example.org:8443` or `*.example.org`.

        Raises:
            InvalidRequest: it is none of them.
        """
        found = RULE.fullmatch(text.lower())
        if found is None or not 0 < int(found["port"] or HTTPS_PORT) < 65536:
            raise InvalidRequest(
                f"{text!r} is no host to allow; write example.org, example.org:8443, or "
                "*.example.org for all hosts below it"
            )
        return cls(found["host"], int(found["port"] or HTTPS_PORT), below=bool(found["any"]))

    def allows(self, host: str, port: int) -> bool:
        """Tell whether a URL may lead there."""
        same = host.endswith(f".{self.host}") if self.below else host == self.host
        return same and port == self.port


@dataclass(frozen=True, slots=True)
class Target:
    """Where a checked URL leads.

    Attributes:
        host: in ASCII and lower case.
        port: listed with the host.
        path: as it is sent, with its query.
    """

    host: str
    port: int
    path: bytes


def checked_target(url: str, rules: Sequence[HostRule]) -> Target:
    """Return where a URL leads, if it may be followed.

    The connection is made to this target, not to the text again: no second parser can read the
    URL in another way.

    Raises:
        UrlRefused: it is not https, carries a user, or leads to a host that is not listed.
    """
    if len(url) > MAX_URL:
        raise UrlRefused(f"the URL has {len(url)} characters, the limit is {MAX_URL}")
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise UrlRefused(f"the URL is not understood: {error}") from error
    if parsed.scheme != "https" or parsed.userinfo:
        raise UrlRefused("only https:// URLs without a user or password are fetched")
    host = parsed.raw_host.decode("ascii")
    port = HTTPS_PORT if parsed.port is None else parsed.port
    if not (HOST.fullmatch(host) and any(rule.allows(host, port) for rule in rules)):
        raise UrlRefused(
            f"{host!r}, port {port}, is not on the list of hosts that may be fetched from; "
            "the operator adds it to PAGESIGHT_FETCH_HOSTS"
        )
    return Target(host, port, parsed.raw_path)
