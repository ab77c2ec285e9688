import pytest

from eval.datasets.base import EvalQuestion, GoldPage
from eval.datasets.identity import questions_sha256, set_name


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("vidore/docvqa_test",), "vidore-docvqa-test"),
        (("esg_reports_v2", "french"), "esg-reports-v2-french"),
        (("esg", None), "esg"),
        (("../..",), "set"),
        (("a" * 49 + ".b",), "a" * 49),
    ],
)
def test_a_name_fits_into_the_name_of_a_collection(
    parts: tuple[str | None, ...], name: str
) -> None:
    assert set_name(*parts) == name


def test_sets_differ_when_a_judgement_differs() -> None:
    one = EvalQuestion("q", "How tall?", (GoldPage("a", 1, 1),))
    other = EvalQuestion("q", "How tall?", (GoldPage("a", 1, 2),))
    assert questions_sha256([one]) == questions_sha256([one])
    assert questions_sha256([one]) != questions_sha256([other])
