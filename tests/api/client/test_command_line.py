"""The command line sends the key that it is given, and says what a server refuses."""

import pytest
from click.testing import CliRunner, Result
from starlette.responses import Response

from api.cli import pagesight
from tests.api.client.scripted_server import ScriptedServer, problem


def listed(server: ScriptedServer, *options: str, **variables: str) -> Result:
    arguments = ["documents", "list", "--url", server.url, *options]
    return CliRunner().invoke(pagesight, arguments, env=variables)


@pytest.fixture(autouse=True)
def no_documents(server: ScriptedServer) -> None:
    server.answers_with(Response('{"documents": [], "next": null}'))


@pytest.mark.parametrize(
    ("options", "variables", "sent"),
    [
        (["--key", "ps_a"], {}, "Bearer ps_a"),
        ([], {"PAGESIGHT_KEY": "ps_b"}, "Bearer ps_b"),
        (["--key", "ps_a"], {"PAGESIGHT_KEY": "ps_b"}, "Bearer ps_a"),
        ([], {}, None),
    ],
)
def test_the_key_is_sent(
    server: ScriptedServer, options: list[str], variables: dict[str, str], sent: str | None
) -> None:
    assert listed(server, *options, **variables).exit_code == 0
    assert server.asked[0].headers.get("authorization") == sent


def test_a_key_that_is_rejected_is_said(server: ScriptedServer) -> None:
    server.answers_with(problem(401, "key_rejected"))
    done = listed(server, "--key", "ps_a")

    assert done.exit_code == 1
    assert "key_rejected: told key_rejected" in done.stderr


@pytest.mark.parametrize(
    ("options", "variables", "code"),
    [(["--key", "schlüssel"], {}, 1), ([], {"PAGESIGHT_KEY": "schlüssel"}, 2)],
)
def test_a_key_that_no_header_can_hold_is_said(
    server: ScriptedServer, options: list[str], variables: dict[str, str], code: int
) -> None:
    done = listed(server, *options, **variables)

    assert done.exit_code == code
    assert "printable ASCII" in done.stderr
    assert server.asked == []
