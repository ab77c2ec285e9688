"""Reports of evaluations, in a frame in which nothing runs."""

from playwright.sync_api import expect

from api.service import Service
from tests.browser.conftest import Site


def test_a_report_is_shown_and_nothing_in_it_runs(service: Service, site: Site) -> None:
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
    assert tab.page.url.endswith("report=e1")
    assert all("report.html" in told for told in tab.troubles)  # what was kept from acting there
    tab.troubles.clear()
