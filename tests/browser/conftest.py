"""The page in a real browser: Chromium without a window, over a real service."""

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from starlette.types import ASGIApp

from api.app import create_app
from api.service import Service
from index.catalog.database import Database
from tests.conftest import fresh_database, open_service
from tests.scripted_model import ScriptedModel, scripted_model
from tests.serving import served
from tests.tiny import HashedWords

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESKTOP = {"width": 1280, "height": 800}
TIMEOUT_MS = 30_000  # of one step, on a machine that has much else to do
Around = Callable[[ASGIApp], ASGIApp]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.skipif(CHROMIUM is None, reason="needs: chromium"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file: its event loop stays in this thread for as long as it is open."""
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@dataclass
class Watched:
    """A page of the browser, and what went wrong in it.

    Attributes:
        expected: parts of addresses whose failures a test provokes.
    """

    page: Page
    expected: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def check(self) -> None:
        assert self.troubles == []

    def hear(self, message: ConsoleMessage) -> None:
        """Every error and warning counts; so do breaches of the policy, which are errors."""
        told = f"{message.text} ({message.location.get('url', '')})"
        if message.type not in ("error", "warning"):
            return
        is_status = message.text.startswith("Failed to load resource")
        if not (is_status and any(part in told for part in self.expected)):
            self.troubles.append(told)


@contextmanager
def watched(browser: Browser, url: str, **options: Any) -> Iterator[Watched]:
    """Open a tab at an address; errors of its scripts and breaches of its policy fail the test."""
    context: BrowserContext = browser.new_context(
        base_url=url, **{"viewport": DESKTOP, "reduced_motion": "reduce", **options}
    )
    context.set_default_timeout(TIMEOUT_MS)
    opened = Watched(context.new_page())
    opened.page.on("console", opened.hear)
    opened.page.on("pageerror", lambda error: opened.troubles.append(str(error)))
    try:
        yield opened
        opened.check()
    finally:
        context.close()


def index(service: Service, name: str, content: bytes, **metadata: Any) -> str:
    """Hand a file in and index it, in a thread: the browser's event loop has this one."""
    service.create_collection("default")
    document, _ = service.upload("default", name, [content], metadata)
    working = threading.Thread(target=service.worker.run_until_empty)
    working.start()
    working.join()
    return str(document.id)


class Site:
    """Opens tabs over services that are closed when the test ends."""

    def __init__(self, browser: Browser, stack: ExitStack) -> None:
        self._browser = browser
        self._stack = stack

    def serve(self, service: Service, around: Around = lambda app: app) -> str:
        return self._stack.enter_context(served(around(create_app(service))))

    def tab(
        self, url: str, path: str = "/", *, expected: Sequence[str] = (), **options: Any
    ) -> Watched:
        opened = self._stack.enter_context(watched(self._browser, url, **options))
        opened.expected.extend(expected)
        opened.page.goto(path)
        return opened


@pytest.fixture
def site(browser: Browser) -> Iterator[Site]:
    """What serves services and opens tabs."""
    with ExitStack() as stack:
        yield Site(browser, stack)


@pytest.fixture(scope="module")
def shared(
    postgres: Database, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """One service for the tests of a file that leave it as it was; who serves it closes it."""
    with fresh_database(postgres, migrated) as database:
        yield open_service(tmp_path_factory.mktemp("shared") / "data", database, HashedWords())


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    """A model server that plays what a test writes."""
    with scripted_model() as played:
        yield played


@pytest.fixture
def open_with(database: Database, data_folder: Path) -> Callable[..., Service]:
    """Opens the small service with other settings; whoever serves it closes it."""
    return lambda **changes: open_service(data_folder, database, HashedWords(), **changes)
