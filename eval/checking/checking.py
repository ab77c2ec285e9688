"""Checking a set of questions against its own documents, before it misleads."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from answer.terms import tokens
from eval.checking.answers import lacks
from eval.checking.corpus import Corpus, PageName
from eval.checking.elsewhere import Elsewhere
from eval.checking.findings import Finding
from eval.checking.twins import find_twins
from eval.datasets.base import EvalQuestion, EvalSet

MIN_WORDS = 20  # a page with fewer has its answers in pixels


def check(
    golden: EvalSet,
    corpus: Corpus,
    search: Callable[[str], Sequence[PageName]],
    *,
    language: str,
    on_question: Callable[[], None] = lambda: None,
) -> list[Finding]:
    """Return what is wrong with a set, by kind and question.

    Args:
        golden: the set.
        corpus: its documents as they were read.
        search: finds the pages that match a question best.
        language: that the collection leads with.
        on_question: called after each question.
    """
    elsewhere = Elsewhere(corpus, language)
    wanted = {(page.document, page.page) for one in golden.questions for page in one.pages}
    twins = find_twins(corpus.pages.values(), wanted)
    found = list(_asked_twice(golden.questions))
    for question in golden.questions:
        pages = search(question.text)
        if question.is_answerable:
            found += _gold(question, corpus)
            gold = [(page.document, page.page) for page in question.pages]
            beside = dict.fromkeys(twin for name in gold for twin in twins.get(name, ()))
            found += elsewhere.other_pages(question, pages, list(beside))
        else:
            found += elsewhere.answerable(question, pages)
        on_question()
    return found


def _asked_twice(questions: Sequence[EvalQuestion]) -> Iterator[Finding]:
    """Questions of the same words as an earlier one."""
    first: dict[tuple[str, ...], str] = {}
    n_times: defaultdict[str, int] = defaultdict(int)
    for question in questions:
        n_times[question.id] += 1
        earlier = first.setdefault(tuple(tokens(question.text)), question.id)
        if earlier != question.id or n_times[question.id] > 1:
            yield Finding("asked_twice", question.id, "", 0, f"as {earlier}: {question.text}")


def _gold(question: EvalQuestion, corpus: Corpus) -> Iterator[Finding]:
    """What is wrong with a question's own pages and answers."""
    if not any(answer.strip() for answer in question.answers):
        yield Finding("no_answer", question.id, "", 0, question.text)
    for document, number, _ in question.pages:
        why = corpus.why_missing((document, number))
        if why is not None:
            yield Finding("page_missing", question.id, document, number, why)
        elif question.answers and not _is_visual(question):
            page = corpus.pages[document, number]
            if len(page.words.words) >= MIN_WORDS and lacks(page, question.answers):
                told = f"expected one of: {'; '.join(question.answers)}"
                yield Finding("answer_absent", question.id, document, number, told)


def _is_visual(question: EvalQuestion) -> bool:
    """The set says that the answer stands in pixels only."""
    labels = question.labels
    return labels.get("kind") == "visual" or labels.get("image_only_page") is True
