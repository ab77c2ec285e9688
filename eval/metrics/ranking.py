"""Measures of a ranking, by trec_eval's own code.

Sources: nDCG of Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002,
with linear gains; the reciprocal rank of Voorhees, "The TREC-8 question answering track report",
1999, of the first ten pages.
"""

from collections.abc import Mapping, Sequence

import pytrec_eval

from eval.datasets.base import GoldPage, Judging

DEPTH = 10
NAMES = {
    "recall_1": "recall@1",
    "recall_5": "recall@5",
    "recall_10": "recall@10",
    "ndcg_cut_5": "nDCG@5",
    "ndcg_cut_10": "nDCG@10",
    "recip_rank": "MRR@10",
}
_QUESTION = "question"  # trec_eval wants many, we ask about one at a time
_MEASURES = {"recall.1,5,10", "ndcg_cut.5,10", "recip_rank"}
_ANY = "any of the alternatives"


def ranking_values(
    found: Sequence[tuple[str, int]], gold: Sequence[GoldPage], judged: Judging
) -> dict[str, float]:
    """Return each measure of one ranking, under its name in `NAMES`.

    Args:
        found: document and page, best first, each once; what comes after the tenth does not count.
        gold: the relevant pages, at least one.
        judged: whether one relevant page is enough, or every one counts by its grade.
    """
    names = [f"{page} {document}" for document, page in found[:DEPTH]]
    grades = {f"{page} {document}": grade for document, page, grade in gold}
    if judged == "alternatives":
        names, grades = _first_alternative(names, grades), {_ANY: 1}
    ranking = {name: -float(rank) for rank, name in enumerate(names)}
    evaluator = pytrec_eval.RelevanceEvaluator({_QUESTION: grades}, _MEASURES)
    values = evaluator.evaluate({_QUESTION: ranking})[_QUESTION]
    return {told: values[name] for name, told in NAMES.items()}


def _first_alternative(names: Sequence[str], grades: Mapping[str, int]) -> list[str]:
    """The ranking with the first relevant page as the one that counts; the others are no gain."""
    first = next((rank for rank, name in enumerate(names) if name in grades), None)
    return [_ANY if rank == first else name for rank, name in enumerate(names)]
