"""The asynchronous client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from functools import wraps
from time import monotonic
from typing import Any, Concatenate, ParamSpec, Self, TypeVar
from uuid import uuid4

import httpx

from api.client import audit_calls, checkup_calls, document_calls, key_calls, question_calls
from api.client.call import Call, Stream
from api.client.connection import ENDED, Listed, headers_of, options, still_runs
from api.client.document_calls import DocumentState, JobState
from api.client.failures import RemoteError, failure_of
from api.client.frames import FrameReader
from api.client.patience import Patience, Tries
from api.golden.bodies import GoldenQuestionBody
from api.schemas import DocumentBody, JobBody
from index.errors import Unavailable

Params = ParamSpec("Params")
Result = TypeVar("Result")
ListType = TypeVar("ListType", bound=Listed)


def _awaited(
    route: Callable[Params, Call[Result]],
) -> Callable[Concatenate["AsyncPagesightClient", Params], Coroutine[Any, Any, Result]]:
    """Return the method that sends what a route describes."""

    @wraps(route)
    async def method(
        self: "AsyncPagesightClient", /, *args: Params.args, **kwargs: Params.kwargs
    ) -> Result:
        return await self.send(route(*args, **kwargs))

    return method


def _streamed(
    route: Callable[Params, Stream[Result]],
) -> Callable[Concatenate["AsyncPagesightClient", Params], AsyncIterator[Result]]:
    """Return the method that reads the events of a route."""

    @wraps(route)
    def method(
        self: "AsyncPagesightClient", /, *args: Params.args, **kwargs: Params.kwargs
    ) -> AsyncIterator[Result]:
        return self.follow(route(*args, **kwargs))

    return method


class AsyncPagesightClient:
    """A Pagesight server.

    Args:
        url: of the server, such as `http://127.0.0.1:8080`.
        key: sent with every request.
        timeout_s: longest wait for the next bytes of an answer.
        patience: how often a request is tried while the server is busy or does not answer.
        http: what sends, instead of a client of its own with the URL, key and timeout.
    """

    def __init__(
        self,
        url: str = "",
        *,
        key: str | None = None,
        timeout_s: float = 300,
        patience: Patience | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._http = http or httpx.AsyncClient(**options(url, key, timeout_s))
        self._patience = patience or Patience()

    create_collection = _awaited(document_calls.create_collection)
    collections = _awaited(document_calls.collections)
    collection = _awaited(document_calls.collection)
    change_collection = _awaited(document_calls.change_collection)
    delete_collection = _awaited(document_calls.delete_collection)
    upload = _awaited(document_calls.upload)
    documents = _awaited(document_calls.documents)
    document = _awaited(document_calls.document)
    replace_document = _awaited(document_calls.replace_document)
    fetch_document = _awaited(document_calls.fetch_document)
    change_document = _awaited(document_calls.change_document)
    delete_document = _awaited(document_calls.delete_document)
    page_image = _awaited(document_calls.page_image)
    page_words = _awaited(document_calls.page_words)
    heatmap_image = _awaited(document_calls.heatmap_image)
    heatmap = _awaited(document_calls.heatmap)
    jobs = _awaited(document_calls.jobs)
    job = _awaited(document_calls.job)
    job_pages = _awaited(document_calls.job_pages)
    job_events = _streamed(document_calls.job_events)
    cancel_job = _awaited(document_calls.cancel_job)
    retry_job = _awaited(document_calls.retry_job)
    begin_reindex = _awaited(document_calls.begin_reindex)
    reindexed = _awaited(document_calls.reindexed)
    roll_back = _awaited(document_calls.roll_back)
    forget_reindex = _awaited(document_calls.forget_reindex)
    search = _awaited(question_calls.search)
    search_batch = _awaited(question_calls.search_batch)
    ask = _awaited(question_calls.ask)
    ask_stream = _streamed(question_calls.ask_stream)
    plan_answer = _awaited(question_calls.plan_answer)
    extract = _awaited(question_calls.extract)
    questions = _awaited(question_calls.questions)
    add_question = _awaited(question_calls.add_question)
    change_question = _awaited(question_calls.change_question)
    delete_question = _awaited(question_calls.delete_question)
    export_questions = _awaited(question_calls.export_questions)
    import_questions = _awaited(question_calls.import_questions)
    evaluations = _awaited(question_calls.evaluations)
    evaluation = _awaited(question_calls.evaluation)
    evaluation_report = _awaited(question_calls.evaluation_report)
    delete_evaluation = _awaited(question_calls.delete_evaluation)
    models = _awaited(question_calls.models)
    create_key = _awaited(key_calls.create_key)
    keys = _awaited(key_calls.keys)
    revoke_key = _awaited(key_calls.revoke_key)
    spending = _awaited(key_calls.spending)
    audit = _awaited(audit_calls.audit)
    erase_deleted = _awaited(audit_calls.erase_deleted)
    check_up = _streamed(checkup_calls.check_up)

    def all_documents(
        self, collection: str, *, state: DocumentState | None = None, name: str | None = None
    ) -> AsyncIterator[DocumentBody]:
        """Yield every document of a collection, read page by page."""
        return self._all(
            lambda cursor: self.documents(collection, state=state, name=name, cursor=cursor),
            lambda listed: listed.documents,
        )

    def all_jobs(self, collection: str, *, state: JobState | None = None) -> AsyncIterator[JobBody]:
        """Yield every job of a collection, read page by page."""
        return self._all(
            lambda cursor: self.jobs(collection, state=state, cursor=cursor),
            lambda listed: listed.jobs,
        )

    def all_questions(self, collection: str) -> AsyncIterator[GoldenQuestionBody]:
        """Yield every golden question of a collection, read page by page."""
        return self._all(
            lambda cursor: self.questions(collection, cursor=cursor),
            lambda listed: listed.questions,
        )

    async def wait_for_job(
        self, job: str, *, timeout_s: float = float("inf"), poll_s: float = 0.5
    ) -> JobBody:
        """Return a job when it has ended: `done`, `failed` or `cancelled`.

        Raises:
            JobStillRuns: it has not ended in time.
        """
        until = monotonic() + timeout_s
        while (found := await self.job(job)).state not in ENDED:
            if monotonic() + poll_s > until:
                raise still_runs(found, timeout_s)
            await asyncio.sleep(poll_s)
        return found

    async def send(self, call: Call[Result]) -> Result:
        """Send what a route describes, as often as it takes, and read the answer.

        Raises:
            RemoteError: the server refuses.
            Unavailable: it does not answer.
        """
        tries = Tries(call, self._patience, str(self._http.base_url))
        headers = headers_of(call, uuid4().hex)
        while True:
            try:
                return call.read(await self._try(call, headers))
            except (RemoteError, httpx.HTTPError) as failure:
                await asyncio.sleep(tries.pause_after(failure))

    async def follow(self, stream: Stream[Result]) -> AsyncIterator[Result]:
        """Yield the events that a route describes; an answer that breaks off is not asked again.

        Raises:
            RemoteError: the server refuses, or fails on the way.
            Unavailable: it does not answer.
        """
        reader, sent = FrameReader(), headers_of(stream, "")
        try:
            async with self._http.stream(
                stream.method, stream.path, content=stream.content, headers=sent
            ) as response:
                if response.is_error:
                    await response.aread()
                    raise failure_of(response)
                async for line in response.aiter_lines():
                    frame = reader.feed(line)
                    event = None if frame is None else stream.read(frame)
                    if event is not None:
                        yield event
        except httpx.HTTPError as error:
            raise Unavailable(f"{self._http.base_url} does not answer: {error}") from error

    async def close(self) -> None:
        """Let go of the connection."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        """Use the client for a block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of the connection."""
        await self.close()

    async def _try(self, call: Call[Result], headers: dict[str, str]) -> bytes:
        with call.files() as files:
            response = await self._http.request(
                call.method,
                call.path,
                params=call.params,
                content=call.content,
                files=files,
                data=call.form,
                headers=headers,
            )
        if response.is_error:
            raise failure_of(response)
        return response.content

    async def _all(
        self,
        read: Callable[[str | None], Awaitable[ListType]],
        items: Callable[[ListType], Sequence[Result]],
    ) -> AsyncIterator[Result]:
        listed = await read(None)
        for item in items(listed):
            yield item
        while listed.next is not None:
            listed = await read(listed.next)
            for item in items(listed):
                yield item
