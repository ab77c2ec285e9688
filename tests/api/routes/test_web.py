import tomllib
from pathlib import Path
from urllib.parse import urljoin

import httpx

from api.routes.web import FOLDER, POLICY

ROOT = Path(__file__).parents[3]
FILES = sorted(path.name for path in FOLDER.iterdir())


def test_the_page_is_served_under_a_policy_that_lets_nothing_else_run(url: str) -> None:
    found = httpx.get(url)

    assert found.headers["content-type"].startswith("text/html")
    assert found.headers["content-security-policy"] == POLICY
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in POLICY
    assert "<style" not in found.text
    assert " style=" not in found.text
    assert found.text.count("<script") == found.text.count("<script src=") + 1  # the module


def test_the_files_of_the_page_are_sent_once_and_then_known_by_their_tags(url: str) -> None:
    with httpx.Client(base_url=url) as client:
        for name in FILES:
            first = client.get(f"/web/{name}")
            again = client.get(f"/web/{name}", headers={"If-None-Match": first.headers["etag"]})

            assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
            assert first.headers["cache-control"] == "no-cache"
            assert "content-security-policy" in first.headers


def test_nothing_beside_the_page_is_served(url: str) -> None:
    for path in ("/web/", "/web/nothing.js", "/web/../app.py", "/web/%2e%2e/app.py"):
        assert httpx.get(urljoin(url, path)).status_code == 404


def test_the_files_of_the_page_are_packaged() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

    assert project["tool"]["setuptools"]["package-data"]["api"] == ["web/*"]


def test_no_file_of_the_page_is_longer_than_a_module() -> None:
    assert [name for name in FILES if (FOLDER / name).read_text("utf-8").count("\n") > 300] == []


def test_no_script_of_the_page_reads_markup_or_asks_elsewhere() -> None:
    for path in FOLDER.glob("*.js"):
        text = path.read_text("utf-8")
        assert not [
            word for word in ("innerHTML", "eval(", "https://", "document.write") if word in text
        ], path.name
