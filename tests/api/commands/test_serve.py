import socket
from pathlib import Path

from click.testing import CliRunner

from api.cli import pagesight
from api.commands.serve import bind


def test_what_a_connection_answers_is_sent_at_once() -> None:
    with bind("127.0.0.1", 0) as bound, socket.create_connection(bound.getsockname()):
        taken, _ = bound.accept()
        with taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_embedded_vectors_are_not_served_without_a_worker_that_nobody_else_could_be(
    data_folder: Path,
) -> None:
    done = CliRunner().invoke(pagesight, ["serve", "--no-work", "--data", str(data_folder)])

    assert done.exit_code == 1
    assert "leave out --no-work" in done.output
    assert not data_folder.exists()
