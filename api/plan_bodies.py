"""What an answer would cost, in the JSON shape of the API."""

from answer.answers import EXTRACTIVE, EvidencePage
from answer.budget.offers import WHOLE_PAGE, Entry
from api.bodies import rounded_box, rounded_timings
from api.questions.bodies import AnswerPlan, LeftOutPage, PlannedPage
from api.questions.shown_pages import ShownPages
from retrieval.hits import SearchResult


def plan_body(model: str, shown: ShownPages, found: SearchResult) -> AnswerPlan:
    """Show what the model would be sent; the extractive answerer reads all words for nothing."""
    plan = shown.plan
    if plan is None:
        pages = [_read(page) for page in shown.pages]
    else:
        pages = [_sent(*pair) for pair in zip(shown.pages, plan.entries, strict=True)]
    return AnswerPlan(
        model=EXTRACTIVE if plan is None else model,
        max_input_tokens=0 if plan is None else plan.max_tokens,
        estimated_input_tokens=shown.estimated_tokens,
        pages=pages,
        left_out=[
            LeftOutPage(document=page.document, name=page.name, page=page.page)
            for page in shown.left_out
        ],
        timings=rounded_timings(found),
    )


def _sent(page: EvidencePage, entry: Entry) -> PlannedPage:
    return PlannedPage(
        document=page.document,
        name=page.name,
        page=page.page,
        sent=entry.kind,
        box=rounded_box(entry.box),
        width=entry.width,
        height=entry.height,
        image_tokens=entry.image_tokens,
        word_tokens=entry.word_tokens,
        neighbour=entry.is_neighbour,
    )


def _read(page: EvidencePage) -> PlannedPage:
    return PlannedPage(
        document=page.document,
        name=page.name,
        page=page.page,
        sent="words",
        box=WHOLE_PAGE,
        width=0,
        height=0,
        image_tokens=0,
        word_tokens=0,
        neighbour=False,
    )
