"""What docs/client.md shows works, in its order, and names every method."""

import re
from pathlib import Path

import pytest

from api.client.synchronous import PagesightClient
from tests.tiny import pdf

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
ADDRESS = "http://127.0.0.1:8080"
DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island in the lake")


def test_the_snippets_run(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dams.pdf").write_bytes(DAMS)
    monkeypatch.chdir(tmp_path)
    shared: dict[str, object] = {}
    for snippet in SNIPPETS:
        exec(snippet.replace(ADDRESS, url).replace("ps_…", "ps_1_a"), shared)  # noqa: S102  our own page

    told = capsys.readouterr().out
    assert "dams.pdf 2" in told
    assert "twelve metres" in told
    assert "token\ncitations\ndone\n" in told
    assert "dams.pdf ready" in told
    assert "collection_not_found 404" in told
    assert (tmp_path / "page-2.jpg").read_bytes()[:2] == b"\xff\xd8"


def test_every_method_is_listed() -> None:
    methods = {name for name in vars(PagesightClient) if not name.startswith("_")}
    table = PAGE.partition("## Methods")[2].partition("##")[0]

    assert methods - {"send", "follow", "close"} == set(re.findall(r"`(\w+)`", table)) - {"name"}
