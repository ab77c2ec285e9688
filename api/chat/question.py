"""Which question a conversation asks.

It is the last user message. A message with fewer than two content words of its own ("How old is
it?") goes on with an earlier one: the nearest user message that stands by itself is put before it.
Nothing else of the conversation is read.
"""

from collections.abc import Sequence

from answer.needs import read_needs
from api.chat.bodies import ChatMessage
from index.encoders.lexical import LexicalEncoder
from index.errors import InvalidRequest

FEWEST_WORDS = 2  # of a question that stands by itself


def asked(messages: Sequence[ChatMessage]) -> str:
    """Return the question of a conversation.

    Raises:
        InvalidRequest: no message is the user's, or one of them is not text.
    """
    turns = [_text(message) for message in messages if message.role == "user"]
    if not turns:
        raise InvalidRequest("messages: one with the role `user` is needed, it asks the question")
    *earlier, last = turns
    if _stands_alone(last):
        return last
    before = next((turn for turn in reversed(earlier) if _stands_alone(turn)), "")
    return f"{before} {last}".strip()


def _stands_alone(turn: str) -> bool:
    return len(read_needs(turn, LexicalEncoder()).all) >= FEWEST_WORDS


def _text(message: ChatMessage) -> str:
    if message.content is None or isinstance(message.content, str):
        return (message.content or "").strip()
    strange = sorted({part.type for part in message.content} - {"text"})
    if strange:
        raise InvalidRequest(f"messages: questions are text, got {', '.join(strange)}")
    return " ".join(part.text for part in message.content).strip()
