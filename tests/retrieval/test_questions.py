from index.manifest import IndexManifest
from retrieval.questions import QuestionCache
from tests.index.test_manifest import manifest
from tests.tiny import HashedWords


class Counting(HashedWords):
    """Keeps what it was asked."""

    def __init__(self, revision: str = "1") -> None:
        super().__init__(revision=revision)
        self.asked: list[str] = []

    def encode_question(self, text: str):  # type: ignore[no-untyped-def]  # as the parent's
        self.asked.append(text)
        return super().encode_question(text)


def test_a_question_asked_again_is_not_encoded_again() -> None:
    encoder = Counting()
    cache = QuestionCache(lambda _: encoder)
    first = cache.encode(manifest(), "heron")
    assert cache.encode(manifest(), "heron") is first
    assert encoder.asked == ["heron"]


def test_encoders_do_not_share_questions() -> None:
    encoders = {"1": Counting("1"), "2": Counting("2")}

    def encoder_of(found: IndexManifest) -> HashedWords:
        return encoders[found.encoder_revision]

    cache = QuestionCache(encoder_of)
    for revision in ("1", "2", "1"):
        cache.encode(manifest(encoder_revision=revision), "heron")
    assert [one.asked for one in encoders.values()] == [["heron"], ["heron"]]


def test_the_question_asked_longest_ago_makes_room() -> None:
    encoder = Counting()
    cache = QuestionCache(lambda _: encoder, size=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        cache.encode(manifest(), text)
    assert encoder.asked == ["a", "b", "c", "b"]
