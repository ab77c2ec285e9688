"""Examples of the bodies beside documents and questions: keys, golden questions, chat."""

from datetime import UTC, date, datetime

from pydantic import BaseModel

from api.audit.bodies import AuditLine, AuditList
from api.callers.bodies import (
    DaySpentBody,
    IssuedKey,
    KeyBody,
    KeyList,
    KeyRequest,
    LimitsBody,
    SpendingBody,
)
from api.chat.bodies import (
    Annotation,
    AnswerDetails,
    AnswerMessage,
    ChatMessage,
    ChatRequest,
    Choice,
    Completion,
    Model,
    ModelList,
    TokenUsage,
    UrlCitation,
)
from api.checkup.bodies import CheckupRequest
from api.documents.fetch_bodies import FromUrl
from api.erasure.bodies import ErasedBody, ErasureBody, NewErasure
from api.golden.bodies import (
    GoldenImport,
    GoldenPageBody,
    GoldenQuestionBody,
    GoldenQuestionList,
    NewGoldenQuestion,
)
from api.golden.evaluations import EvaluationBody, EvaluationList
from api.schemas import ChangedCollection

DOCUMENT_ID = "b829f3eb-2b06-5457-91c8-88fb949221ec"
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_KEY_ID = "3f9c52ab1c0de7a4"
_NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
QUESTION = "How tall is the dam?"
SENTENCE = "The dam is twelve metres tall."
_FOOTER = "[1] dams.pdf, p. 1"

_key = KeyBody(
    id=_KEY_ID,
    tenant="acme",
    name="web page",
    scopes=["query", "read"],
    limits=LimitsBody(requests_per_minute=60),
    created_at=_NOW,
    expires_at=None,
    revoked_at=None,
)
_golden = GoldenQuestionBody(
    id="dam-height",
    text=QUESTION,
    answers=["twelve metres", "12 m"],
    pages=[GoldenPageBody(document=DOCUMENT_ID, page=1)],
    is_answerable=True,
    tags=["text"],
    is_stale=False,
)
_cited = UrlCitation(
    start_index=len(SENTENCE) + 6,
    end_index=len(SENTENCE) + 6 + len(_FOOTER),
    url=f"http://127.0.0.1:8080/v1/collections/reports/documents/{DOCUMENT_ID}/pages/1/image",
    title="dams.pdf, p. 1",
    document=DOCUMENT_ID,
    name="dams.pdf",
    page=1,
    box=(0.12, 0.08, 0.64, 0.11),
    quote=SENTENCE,
    verified=True,
    warnings=[],
)
_model = Model(id="reports", created=1767605400)
_completion = Completion(
    id="chatcmpl-1",
    created=1767605400,
    model="reports",
    choices=[
        Choice(
            message=AnswerMessage(
                content=f"{SENTENCE} [1]\n\n{_FOOTER}",
                refusal=None,
                annotations=[Annotation(url_citation=_cited)],
            )
        )
    ],
    usage=TokenUsage(prompt_tokens=0, completion_tokens=0, total_tokens=0),
    pagesight=AnswerDetails(
        question=QUESTION,
        refused=False,
        grounded=True,
        model="extractive",
        warnings=[],
        timings={"encode": 4.1, "answer": 11.0},
    ),
)
_spent = DaySpentBody(
    day=date(2026, 1, 5),
    tenant="acme",
    key=_KEY_ID,
    questions=12,
    pages=41,
    estimated_tokens=30_500,
    input_tokens=29_870,
    output_tokens=1_204,
    cost=0.0099,
)
_evaluation = EvaluationBody(
    id="20260105T093000Z-1f0c6c7c2b1d",
    name="reports",
    collection="reports",
    created_at=_NOW,
    figures={"nDCG@5": 0.893},
)

_erased = ErasedBody(
    collection="acme.reports",
    document=DOCUMENT_ID,
    sha256=_SHA256,
    pages=41,
    files=83,
    deleted_at=_NOW,
)
_line = AuditLine(
    number=812,
    at=_NOW,
    tenant="acme",
    who=_KEY_ID,
    action="document.delete",
    result="done",
    request="b0f6c9e4",
    about={"collection": "acme.reports", "document": DOCUMENT_ID},
    previous=_SHA256,
    digest=_SHA256[::-1],
)

BESIDE: tuple[BaseModel, ...] = (
    ChangedCollection(visibility="public"),
    FromUrl(url="https://example.org/dams.pdf", metadata={"year": 2024}),
    KeyRequest(name="web page", scopes=["query", "read"]),
    _key,
    IssuedKey(**dict(_key), token=f"ps_{_KEY_ID}_Zk3N0mJ2x0v7Qw9sT1uY5bR8cE4aH6dG-fL_iPoK2jM"),
    KeyList(keys=[_key]),
    SpendingBody(days=[_spent]),
    AuditList(lines=[_line], next="812"),
    NewErasure(collection="reports", documents=[DOCUMENT_ID]),
    ErasureBody(erased=[_erased], database="whole", line=813, digest=_SHA256),
    NewGoldenQuestion(
        text=QUESTION,
        answers=["twelve metres"],
        pages=[GoldenPageBody(document=DOCUMENT_ID, page=1)],
    ),
    _golden,
    GoldenQuestionList(questions=[_golden], next=None),
    GoldenImport(imported=12),
    EvaluationList(evaluations=[_evaluation]),
    CheckupRequest(),
    ChatRequest(model="reports", messages=[ChatMessage(role="user", content=QUESTION)]),
    _completion,
    _model,
    ModelList(data=[_model]),
)
