"""Which of the found pages a model is shown, and how much of each, before it is asked."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from answer.answers import Answer, EvidencePage
from answer.budget.known_models import image_family
from answer.budget.offers import (
    WHOLE_PAGE,
    Entry,
    PageKey,
    PageOffer,
    Plan,
    matching_part,
    offer,
)
from answer.budget.page_breaks import continued_part, neighbours
from answer.budget.plan import plan_pages
from answer.budget.words import PER_PART, text_tokens
from answer.prompt import fixed_text
from api.questions.admission import AdmittedPage
from api.questions.pages import Pages
from api.questions.pictures import drawn
from api.settings import Settings
from index.errors import InvalidRequest, PageNotFound
from retrieval.hits import Hit

MAX_NEIGHBOURS = 2
FAR = 0.3  # a page whose relevance is so much lower than that of the first is not worth its tokens
N_FIXED_PARTS = 4  # the instructions, the reminder, the question, and the beginning of the answer


@dataclass(frozen=True, slots=True)
class ShownPages:
    """The pages that an answer is made from.

    Attributes:
        pages: as the answerer gets them; with a plan, in its order and as it says.
        plan: what is sent of them; None where no model is asked.
        left_out: pages far behind the first, and pages for which the plan has no room.
    """

    pages: tuple[EvidencePage, ...]
    plan: Plan | None = None
    left_out: tuple[EvidencePage, ...] = ()

    @property
    def estimated_tokens(self) -> int:
        """What the model will read; 0 where none is asked."""
        return self.plan.tokens if self.plan is not None else 0

    def check_room(self) -> None:
        """Do nothing where something is shown, or nothing was found.

        Raises:
            InvalidRequest: there are pages, and none fits.
        """
        if self.plan is not None and not self.pages and self.left_out:
            raise InvalidRequest(
                f"no page fits into {self.plan.max_tokens} tokens; raise the cap or ask shorter"
            )

    def priced(self, answer: Answer) -> Answer:
        """Return the answer with what it was expected to cost."""
        usage = replace(answer.usage, estimated_input_tokens=self.estimated_tokens)
        return replace(answer, usage=usage)


@dataclass(frozen=True, slots=True)
class _Offered:
    page: EvidencePage
    offer: PageOffer


class PageBudget:
    """Plans what the configured model is shown.

    Args:
        settings: name the model, its cap of tokens and how it counts images.
        pages: reads them.
    """

    def __init__(self, settings: Settings, pages: Pages) -> None:
        self._settings = settings
        self._pages = pages

    def shown(self, question: str, admitted: Sequence[AdmittedPage]) -> ShownPages:
        """Return the pages of an answer; all that were admitted where no model is configured."""
        if self._settings.vlm_url is None:
            return ShownPages(tuple(one.page for one in admitted))
        near = [one for one in admitted if not _is_far(one, admitted[0])]
        offered = list(self._offered(near))
        plan = plan_pages(
            [one.offer for one in offered],
            image_family(self._settings.vlm_image_tokens, self._settings.vlm_model),
            fixed_tokens=text_tokens(fixed_text(question)) + N_FIXED_PARTS * PER_PART,
            max_tokens=self._settings.vlm_max_input_tokens,
            evidence=self._settings.vlm_evidence,
        )
        pages = {one.offer.key: one.page for one in offered}
        return ShownPages(
            tuple(_as_planned(pages[entry.key], entry) for entry in plan.entries),
            plan,
            (*(pages[key] for key in plan.left_out), *_far(admitted, pages)),
        )

    def _offered(self, admitted: Sequence[AdmittedPage]) -> Iterator[_Offered]:
        """Found pages, best first, each before the neighbours that its text runs on to."""
        taken = {PageKey(one.page.document, one.page.page) for one in admitted}
        n_neighbours = 0
        for one in admitted:
            hit, page = one.hit, one.page
            size = self._pages.size(hit.generation, hit.page)
            yield _Offered(page, offer(page, *size, crop=matching_part(page.regions)))
            for direction in neighbours(page.words.words, page.regions):
                key = PageKey(page.document, page.page + direction)
                if key in taken or n_neighbours == MAX_NEIGHBOURS:
                    continue
                taken.add(key)
                for found in self._neighbour(hit, direction):
                    n_neighbours += 1
                    yield found

    def _neighbour(self, hit: Hit, direction: int) -> Iterator[_Offered]:
        """The page beside a found one, where there is one that could be read."""
        number = hit.page + direction
        if number < 1:
            return
        try:
            page = self._pages.beside(hit, number)
        except PageNotFound:
            return
        width, height = self._pages.size(hit.generation, number)
        part = continued_part(direction)
        yield _Offered(page, offer(page, width, height, crop=part, is_neighbour=True))


def _far(admitted: Sequence[AdmittedPage], offered: Collection[PageKey]) -> Iterator[EvidencePage]:
    """The pages far behind the first, but those that came in beside a nearer one."""
    for one in admitted:
        if PageKey(one.page.document, one.page.page) not in offered:
            yield one.page


def _is_far(one: AdmittedPage, first: AdmittedPage) -> bool:
    """Whether relevance has fallen off by then."""
    return one.page.relevance < first.page.relevance - FAR


def _as_planned(page: EvidencePage, entry: Entry) -> EvidencePage:
    """The page with what the plan sends of it."""
    planned = replace(
        page,
        evidence=entry.evidence,
        part=None if entry.box == WHOLE_PAGE else entry.box,
        words_in_part=entry.words_in_box,
    )
    if entry.kind not in ("scaled", "crop"):
        return planned
    size = entry.width, entry.height
    return replace(planned, image=lambda: drawn(page.image(), entry.box, size))
