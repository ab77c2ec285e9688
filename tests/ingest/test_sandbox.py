import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import RenderTimeout
from ingest.child import Task
from ingest.formats import Format
from ingest.frames import Drawn, Opened, Refused
from ingest.limits import Limits
from ingest.sandbox import BOOT, Child, ChildDied, Patience

SAY = "import sys, struct, json, os, time\ndef say(h, b=b''):\n h = json.dumps(h).encode()\n"
SAY += " sys.stdout.buffer.write(struct.pack('>I', len(h)) + h + b); sys.stdout.flush()\n"
QUICK = Limits(page_timeout_s=3)


def child(program: str, *, limits: Limits = QUICK, path: str = "/none", last: int = 1) -> Child:
    return Child(Task(path, "pdfium", 1, last, limits), Patience(limits), boot=program)


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_honest_child_opens_and_draws(make_pdf: Callable[..., Path]) -> None:
    path = make_pdf(b"BT /F1 20 Tf 72 700 Td (Hello) Tj ET")
    with child(BOOT, limits=Limits(), path=str(path)) as honest:
        assert honest.next_message() == Opened(Format.PDF, 1)
        page = honest.next_message()
    assert isinstance(page, Drawn)
    assert len(page.pixels) == page.width * page.height * 3
    assert [word.text for word in page.words] == ["Hello"]


def test_the_child_has_no_environment_and_an_empty_folder_of_its_own() -> None:
    program = SAY + "say(dict(kind='refused', number=0, code='c', message=json.dumps("
    program += "[sorted(os.environ), os.listdir(), os.getsid(0) == os.getpid(), os.getcwd()])))"
    with child(program) as spy:
        message = spy.next_message()
        assert isinstance(message, Refused)
        names, files, has_own_session, folder = json.loads(message.message)
        assert Path(folder).is_dir()
    assert set(names) <= {"PATH", "LC_CTYPE"}
    assert files == []
    assert has_own_session
    assert not Path(folder).exists()


def test_a_child_that_hangs_is_killed_with_everything_it_started() -> None:
    program = SAY + "import subprocess; p = subprocess.Popen(['sleep', '1000'])\n"
    program += "say(dict(kind='refused', number=p.pid, code='c', message=str(os.getpid())))\n"
    program += "time.sleep(1000)"
    with child(program) as hanging:
        message = hanging.next_message()
        assert isinstance(message, Refused)
        pids = [message.number, int(message.message)]
        assert all(map(is_running, pids))
        with pytest.raises(RenderTimeout):
            hanging.next_message()
    deadline = time.monotonic() + 10  # the killed grandchild is reaped by init, not by us
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(is_running, pids))


def test_a_child_that_trickles_gets_no_more_time_than_one_that_hangs() -> None:
    program = "import os, time\nos.write(1, b'\\0\\0\\1\\0')\n"
    program += "while True: os.write(1, b' '); time.sleep(0.1)"
    with child(program) as trickling, pytest.raises(RenderTimeout):
        trickling.next_message()


@pytest.mark.parametrize(
    "words",
    [
        "sys.stdout.write('no frame at all')",
        "sys.stdout.write('\\xff' * 100)",
        "say([])",
        "say(dict(kind='drawn'))",
        "say(dict(kind='drawn', number=1, width=10**6, height=10**6, width_pt=1, height_pt=1))",
        "say(dict(kind='drawn', number=1, width=9, height=9, width_pt=1, height_pt=1),"
        " bytes(4) + b'too few')",
        "os.abort()",
        "os.kill(os.getpid(), 9)",
        "sys.exit(0)",
        "",
    ],
)
def test_a_child_that_breaks_the_protocol_or_dies_is_taken_for_dead(words: str) -> None:
    with child(SAY + words) as broken, pytest.raises(ChildDied):
        broken.next_message()


def test_a_child_that_burns_its_processor_time_is_stopped_before_the_clock_says_so() -> None:
    limits = Limits(page_timeout_s=60)
    program = "import sys; sys.path.insert(0, sys.argv[1])\n"
    program += "from ingest.child import allow_cpu\nallow_cpu(1)\nwhile True: pass"
    with child(program, limits=limits) as burning, pytest.raises(RenderTimeout, match="processor"):
        burning.next_message()


def test_the_child_limits_its_memory_files_and_core_dumps() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import resource as r, json\nfrom ingest.child import *\n"
        "limit_process(Limits(memory_bytes=10**9))\n"
        "limits = [r.getrlimit(k)[1] for k in (r.RLIMIT_AS, r.RLIMIT_CORE)]\n"
        "frames.write(sys.stdout.buffer, frames.Refused(0, 'c', json.dumps(limits)))"
    )
    with child(program) as limited:
        message = limited.next_message()
    assert isinstance(message, Refused)
    assert json.loads(message.message) == [10**9, 0]


def test_waiting_for_all_pages_counts_together() -> None:
    limits = Limits(page_timeout_s=5, document_timeout_s=0.5)
    patience = Patience(limits)
    task = Task("/none", "pdfium", 1, 1, limits)
    with Child(task, patience, boot="import time; time.sleep(9)") as silent:
        assert not patience.is_over
        with pytest.raises(RenderTimeout):
            silent.next_message()
        assert patience.is_over
        with pytest.raises(RenderTimeout, match="the document took longer"):
            silent.next_message()


def test_no_descriptor_stays_open(make_pdf: Callable[..., Path]) -> None:
    path = make_pdf(b"")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with child(BOOT, limits=Limits(), path=str(path)) as honest:
            honest.next_message()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
