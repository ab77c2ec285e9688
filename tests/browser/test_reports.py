"""Reports of evaluations, in a frame in which nothing runs."""

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import expect

from api.golden.evaluations import Evaluations, EvaluationSummary
from api.service import Service
from tests.browser.conftest import Site

REPORT = """<!doctype html><html><head><style>h1 { color: rgb(1, 2, 3); }</style></head>
<body><h1>How well it does</h1><script>document.title = "ran"; top.location = "/ran";</script>
<img src="x" onerror="document.title = 'ran'"></body></html>"""
DEMO = EvaluationSummary(
    name="demo",
    collection="eval-demo",
    created_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    figures={"recall@1": 0.893, "nDCG@5": 0.959},
)


def test_a_report_is_shown_and_nothing_in_it_runs(
    service: Service, data_folder: Path, site: Site
) -> None:
    kept = Evaluations(data_folder).keep(DEMO, record=b"{}", report=REPORT)
    tab = site.tab(site.serve(service), "/#/reports")
    table = tab.page.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(
        ["Evaluation", "When", "recall@1", "nDCG@5"]
    )
    expect(table.get_by_role("cell", name="0.959")).to_be_visible()

    table.get_by_role("button", name="demo").click()

    frame = tab.page.frame_locator("iframe[title='Report: demo']")
    heading = frame.get_by_role("heading", name="How well it does")
    expect(heading).to_have_css("color", "rgb(1, 2, 3)")
    assert heading.evaluate("(one) => one.ownerDocument.title") != "ran"
    assert tab.page.url.endswith(f"report={kept.id}")
    assert all("report.html" in told for told in tab.troubles)  # what was kept from acting there
    tab.troubles.clear()


def test_a_service_that_measured_nothing_says_how(service: Service, site: Site) -> None:
    page = site.tab(site.serve(service), "/#/reports").page

    expect(page.get_by_text("No evaluation has been run yet: pagesight eval run.")).to_be_visible()
