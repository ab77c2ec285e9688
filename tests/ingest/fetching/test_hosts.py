import pytest

from index.errors import InvalidRequest, UrlRefused
from ingest.fetching.hosts import HostRule, Target, checked_target

RULES = [HostRule.parse(t) for t in ("example.org", "*.example.net", "example.com:8443")]


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.org", Target("example.org", 443, b"/")),
        ("https://EXAMPLE.org:443/a", Target("example.org", 443, b"/a")),
        ("HTTPS://example.org/a?b=c#d", Target("example.org", 443, b"/a?b=c")),
        ("https://a.example.net/", Target("a.example.net", 443, b"/")),
        ("https://a.b.example.net/", Target("a.b.example.net", 443, b"/")),
        ("https://example.com:8443/x y", Target("example.com", 8443, b"/x%20y")),
        ("https://münchen.example.net/ü", Target("xn--mnchen-3ya.example.net", 443, b"/%C3%BC")),
    ],
)
def test_a_listed_host_may_be_followed(url: str, target: Target) -> None:
    assert checked_target(url, RULES) == target


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "//example.org/",
        "example.org",
        "",
        "https://",
        "https:///a",
        "https://example.org:8443/",
        "https://example.org:0/x:1",
        "https://example.org:99999/",
        "https://example.com/",
        "https://example.net/",
        "https://badexample.net/",
        "https://.example.net/",
        "https://a..example.net/",
        "https://example.org./",
        "https://example.org.evil.example/",
        "https://evil.example/example.org",
        "https://evil.example/?example.org",
        "https://evil.example#example.org",
        "https://evil.example\\example.org",
        "https://example.org@evil.example/",
        "https://example.org\\@evil.example/",
        "https://user@example.org/",
        "https://user:password@example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://localhost/",
        "https://example.org%00.evil.example/",
        "https://exam\nple.org/",
        "https://a_b.example.net/",
        f"https://{'a' * 64}.example.net/",
        f"https://example.org/{'a' * 2000}",
    ],
)
def test_a_url_that_leads_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        checked_target(url, RULES)


NO_HOSTS = """
* *.* org *.org https://example.org example.org/ example.org:0 example.org:65536 127.0.0.1 [::1]
exa*mple.org -a.org localhost *.example.org.
"""


@pytest.mark.parametrize("text", ["", "a b.org", *NO_HOSTS.split()])
def test_what_is_no_host_cannot_be_listed(text: str) -> None:
    with pytest.raises(InvalidRequest, match="is no host to allow"):
        HostRule.parse(text)
