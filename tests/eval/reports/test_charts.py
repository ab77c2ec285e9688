import xml.etree.ElementTree as ET

import pytest

from eval.reports.charts import Bar, bar_chart, histogram, line_chart

SVG = "{http://www.w3.org/2000/svg}"


def parsed(chart: str) -> ET.Element:
    return ET.fromstring(chart)  # noqa: S314  our own chart


def test_a_line_runs_through_a_point_for_each_value_higher_for_more() -> None:
    chart = parsed(line_chart({"fused": [0.5, 0.9, 1.0]}, title="recall"))
    points = (chart.find("polyline").get("points") or "").split()  # type: ignore[union-attr]
    heights = [float(point.split(",")[1]) for point in points]

    assert len(points) == len(chart.findall("circle")) == 3
    assert heights == sorted(heights, reverse=True)
    assert chart.get("aria-label") == "recall"


def test_a_bar_is_as_long_as_its_figure_and_tells_its_interval() -> None:
    chart = parsed(bar_chart([Bar("a", 1.0, 0.9, 1.0), Bar("b", 0.5, 0.2, 0.8)], title="x"))
    widths = [float(bar.get("width") or 0) for bar in chart.findall("rect")]

    assert widths[1] == pytest.approx(widths[0] / 2, abs=0.1)
    assert "b: 0.500, 95 % from 0.200 to 0.800" in [
        "".join(t.itertext()) for t in chart.iter("title")
    ]


def test_a_histogram_counts_every_value_but_the_last_hundredth() -> None:
    chart = parsed(histogram([10.0] * 99 + [1000.0], title="x", unit="ms"))
    counts = [int("".join(t.itertext()).rpartition(":")[2]) for t in chart.iter("title")]

    assert sum(counts) == 99


def test_names_never_become_markup() -> None:
    chart = bar_chart([Bar("<script>", 0.5, 0.4, 0.6)], title='"><script>')
    assert "<script>" not in chart
