"""A model that points at fields, and what it is asked."""

import json
from collections.abc import Iterator

import pytest

from answer.model.endpoint import CallLimits, ChatEndpoint
from answer.vlm import VlmClient
from tests.scripted_model import ScriptedModel, failing, scripted_model, whole


class Chat:
    """A scripted model, with the clients that ask it."""

    def __init__(self, played: ScriptedModel) -> None:
        self._played = played
        self.clients: list[VlmClient] = []
        self.asked = played.asked

    def points_at(self, *fields: dict[str, object]) -> None:
        self.says(json.dumps({"fields": fields}))

    def says(self, text: str) -> None:
        self._played.plays(whole(text))

    def fails(self, status: int) -> None:
        self._played.plays(failing(status))

    def client(self) -> VlmClient:
        endpoint = ChatEndpoint(self._played.url, "tiny", "", limits=CallLimits(5.0, 5.0, 0))
        self.clients.append(VlmClient(endpoint, 10))
        return self.clients[-1]


@pytest.fixture
def chat() -> Iterator[Chat]:
    with scripted_model() as played:
        talking = Chat(played)
        yield talking
        for client in talking.clients:
            client.close()
