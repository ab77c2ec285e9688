"""A model in this process as the rest of the service meets it; never what it says."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from answer.answers import EvidencePage
from answer.model.completion import Completion
from answer.model.deadline import Deadline
from answer.model.local import LocalModel
from answer.stop import Stop
from answer.vlm import Unusable, VlmClient
from index.encoders.visual.checkpoint import Source
from index.errors import AnswerCancelled, InvalidRequest, VlmUnavailable
from tests.answer.model.prompts import picture, request

MakePage = Callable[..., EvidencePage]
LONG = request("", picture(), max_tokens=3000)  # minutes of noise


@pytest.fixture(scope="module")
def local(checkpoint: Path) -> Iterator[LocalModel]:
    opened = LocalModel(Source(str(checkpoint)), device="cpu", max_waiting=1)
    yield opened
    opened.close()


@pytest.fixture
def brief(brief_checkpoint: Path) -> Iterator[LocalModel]:
    opened = LocalModel(Source(str(brief_checkpoint)), device="cpu")
    yield opened
    opened.close()


def soon() -> Deadline:
    return Deadline.after(60)


def test_a_reply_comes_in_pieces_and_the_whole_of_it_last(local: LocalModel) -> None:
    *pieces, last = local.stream(request("", picture()), soon(), Stop())

    assert isinstance(last, Completion)
    assert "".join(map(str, pieces)) == last.text
    assert last.usage.output_tokens > 0


def test_an_answer_of_noise_ends_as_one_or_is_unavailable_with_its_tokens_counted(
    brief: LocalModel, make_page: MakePage
) -> None:
    client = VlmClient(brief, 60.0)
    page = replace(make_page("The dam is tall."), image=picture)

    try:
        answer = client.answer("How tall?", [page])
    except Unusable as error:
        usage = error.usage
    else:
        assert not answer.grounded
        usage = answer.usage

    assert usage.input_tokens > 2 * 100
    assert usage.output_tokens == 2  # one a reply: any token ends it


def test_a_picture_that_cannot_be_read_is_invalid(local: LocalModel, make_page: MakePage) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        VlmClient(local, 60.0).answer("How tall?", [make_page("The dam is tall.")])


def test_a_reply_that_is_stopped_ends_for_all_and_the_next_is_written(local: LocalModel) -> None:
    stop = Stop()
    replying = local.stream(LONG, soon(), stop)
    next(replying)

    stop.set()

    with pytest.raises(AnswerCancelled):
        list(replying)
    assert isinstance([*local.stream(request(), soon(), Stop())][-1], Completion)


def test_a_reply_that_nobody_reads_any_more_ends(local: LocalModel) -> None:
    replying = local.stream(LONG, soon(), Stop())
    next(replying)

    replying.close()  # type: ignore[attr-defined]  # it is a generator

    assert isinstance([*local.stream(request(), soon(), Stop())][-1], Completion)


def test_a_reply_ends_at_its_deadline(local: LocalModel) -> None:
    with pytest.raises(VlmUnavailable, match=r"longer than 0\.5 s.*PAGESIGHT_VLM_TIMEOUT_S"):
        list(local.stream(LONG, Deadline.after(0.5), Stop()))
    assert isinstance([*local.stream(request(), soon(), Stop())][-1], Completion)


def test_who_comes_while_a_reply_is_written_waits_for_it(local: LocalModel) -> None:
    first = local.stream(LONG, soon(), Stop())
    next(first)

    with pytest.raises(VlmUnavailable, match=r"longer than 0\.2 s"):
        list(local.stream(request(), Deadline.after(0.2), Stop()))
    with ThreadPoolExecutor() as threads:
        second = threads.submit(list, local.stream(request(), soon(), Stop()))
        first.close()  # type: ignore[attr-defined]  # it is a generator

        assert isinstance(second.result()[-1], Completion)


def test_few_may_wait_and_the_others_are_told(checkpoint: Path) -> None:
    opened = LocalModel(Source(str(checkpoint)), device="cpu", max_waiting=0)
    replying = opened.stream(LONG, soon(), Stop())
    next(replying)

    with pytest.raises(VlmUnavailable, match="busy and 0 prompts wait"):
        list(opened.stream(request(), soon(), Stop()))
    opened.close()


def test_a_model_without_a_name_is_refused_at_once() -> None:
    with pytest.raises(InvalidRequest, match="folder"):
        LocalModel.named("", device=None, allow_network=False)


@pytest.mark.parametrize("name", ["no/such-model", "no/such-model@main"])
def test_a_model_that_is_not_there_is_unavailable(name: str) -> None:
    absent = LocalModel.named(name, device="cpu", allow_network=False)
    with pytest.raises(VlmUnavailable, match="no/such-model in this process cannot be loaded"):
        list(absent.stream(request(), soon(), Stop()))
    absent.close()


def test_a_folder_is_called_by_its_name_and_a_model_of_the_hub_by_its_own(
    checkpoint: Path,
) -> None:
    folder, hub = (
        LocalModel.named(name, device=None, allow_network=False)
        for name in (str(checkpoint), f"someone/model@{'0' * 40}")
    )

    assert (folder.model, hub.model) == ("tiny-qwen2-vl", "someone/model")
    assert folder.name == "model tiny-qwen2-vl in this process"


def test_closing_ends_what_runs(checkpoint: Path) -> None:
    opened = LocalModel(Source(str(checkpoint)), device="cpu")
    opened.warm()
    replying = opened.stream(LONG, soon(), Stop())
    next(replying)

    opened.close()
    opened.close()

    with pytest.raises(AnswerCancelled):
        list(replying)
