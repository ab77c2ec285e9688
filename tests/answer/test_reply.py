import json

import pytest

from answer.plain_text import plain_text
from answer.reply import (
    Claim,
    Quote,
    Reply,
    Unreadable,
    json_objects,
    read_prose,
    read_reply,
    reply_schema,
)
from tests.scripted_model import reply

BARE = reply(("In 1931.", [("P1", "opened in 1931"), ("P2", "the year 1931")]))
CLAIM = Claim("In 1931.", (Quote("P1", "opened in 1931"), Quote("P2", "the year 1931")))


@pytest.mark.parametrize(
    "text",
    [
        BARE,
        f"```json\n{BARE}\n```",
        f"Here you are:\n```\n{BARE}\n```\nI hope this helps {{really}}.",
        f"<think>the page says {{1931}}</think>{BARE}",
        f"[note] {{not json}} {BARE} thanks",
    ],
)
def test_a_reply_is_found_in_fences_and_among_prose(text: str) -> None:
    assert read_reply(text, ["P1", "P2"]) == Reply((CLAIM,), is_answerable=True)


@pytest.mark.parametrize("given", ["P2", "p2", "2", "Page P2", "page 2", "P2."])
def test_labels_are_understood_as_models_write_them(given: str) -> None:
    found = read_reply(reply(("In 1931.", [(given, "x")])), ["P1", "P2"])

    assert isinstance(found, Reply)
    assert found.claims[0].quotes == (Quote("P2", "x"),)
    assert found.problem == ""


def test_a_sentence_of_one_quote_may_carry_it_itself() -> None:
    flat = {"text": "In 1931.", "page_label": "P1", "quote": "opened in 1931"}
    found = read_reply(json.dumps({"answerable": True, "sentences": [flat]}), ["P1"])

    assert isinstance(found, Reply)
    assert found.claims == (Claim("In 1931.", (Quote("P1", "opened in 1931"),)),)


def test_a_page_that_was_not_shown_is_a_problem() -> None:
    found = read_reply(BARE, ["P1"])

    assert isinstance(found, Reply)
    assert found.problem == "page_label must be one of P1, got P2"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "there is no JSON object"),
        ("In 1931.", "there is no JSON object"),
        ("{", "there is no JSON object"),
        ("null", "there is no JSON object"),
        ("{" * 5000, "there is no JSON object"),
        ('{"answer": 1931}', "an answer has sentences"),
        ('[{"quotes": []}]', "an answer has sentences"),
        ('{"sentences": 1931}', "sentences: "),
        ('{"sentences": [{"text": null}]}', "sentences.0.text: "),
        ('{"sentences": [{"text": "a", "quotes": [{"quote": "b"}]}]}', "page_label: "),
    ],
)
def test_what_is_not_the_asked_for_object_says_what_is_wrong(text: str, problem: str) -> None:
    found = read_reply(text, ["P1"])

    assert isinstance(found, Unreadable)
    assert problem in found.problem


def test_a_refusal_needs_no_sentences() -> None:
    found = read_reply('{"answerable": false}', ["P1"])

    assert found == Reply((), is_answerable=False)


def test_the_schema_asks_for_what_is_read_and_for_the_pages_shown() -> None:
    schema = reply_schema(["P1", "P2"])

    assert schema["required"] == ["answerable", "sentences"]
    quote = schema["properties"]["sentences"]["items"]["properties"]["quotes"]["items"]
    assert quote["properties"]["page_label"]["enum"] == ["P1", "P2"]
    assert '"additionalProperties": true' not in json.dumps(schema)


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("In 1931.", "In 1931."),
        ("<think>hm</think> In <b>1931</b>.", "In 1931."),
        ("```\nIn 1931.\n```", "In 1931."),
        ("<think>no end", ""),
        ('{"answerable": tr', ""),
        ("[1]", ""),
        (" ", ""),
    ],
)
def test_prose_is_told_from_broken_json(text: str, prose: str) -> None:
    assert read_prose(text) == prose


def test_objects_are_found_outermost_first() -> None:
    assert json_objects('a {"b": {"c": 1}} {"d": 2}') == [{"b": {"c": 1}}, {"d": 2}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see ![x](https://evil.example/p.png?q=secret) here", "see here"),
        ("[click me](https://evil.example) now", "click me now"),
        ("[a][1]\n[1]: https://evil.example", "a"),
        ("<img src=https://evil.example/x>5 < 6", "5 < 6"),
        ("go to https://evil.example/x?y=1 today", "go to today"),
        ("a javascript:alert(1) b", "a b"),
        ("Total: [12] (net)", "Total: [12] (net)"),
    ],
)
def test_answers_are_plain_text_without_images_links_or_addresses(text: str, expected: str) -> None:
    assert plain_text(text) == expected
