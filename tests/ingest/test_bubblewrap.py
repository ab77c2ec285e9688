"""What a program can do inside the sandbox, tried from inside, and that it can outside of it."""

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import MissingDependency, RenderTimeout, SandboxUnavailable
from ingest import bubblewrap as module
from ingest.bubblewrap import Absent, Bubblewrap, find_bubblewrap, required, shown, visible
from ingest.child import Task
from ingest.formats import Format
from ingest.frames import Drawn, Opened, Refused
from ingest.limits import Limits
from ingest.sandbox import BOOT, Child, ChildDied, Patience, starter
from tests.tiny import wait_for

TELL = "import json, os, socket, struct, sys, time, ctypes, signal, subprocess\n"
TELL += "def tell(told):\n"
TELL += (
    " h = json.dumps(dict(kind='refused', number=0, code='c', message=json.dumps(told))).encode()\n"
)
TELL += " sys.stdout.buffer.write(struct.pack('>I', len(h)) + h); sys.stdout.flush()\n"
TRY = TELL + "def does(program):\n"
TRY += " try: exec(program)\n"
TRY += " except Exception: return False\n"
TRY += " return True\n"
QUICK = Limits(page_timeout_s=10)


def child(program: str, around: Bubblewrap | None, *, limits: Limits = QUICK) -> Child:
    task = Task(__file__, "pdfium", 1, 1, limits)
    return Child(task, Patience(limits), bubblewrap=around, boot=program)


def told_by(program: str, around: Bubblewrap | None) -> Any:
    with child(TRY + program, around) as spy:
        message = spy.next_message()
    assert isinstance(message, Refused)
    return json.loads(message.message)


def does(program: str, around: Bubblewrap | None) -> bool:
    told = told_by(f"tell(does({program!r}))", around)
    assert isinstance(told, bool)
    return told


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def sandbox() -> Bubblewrap:
    found = find_bubblewrap()
    if isinstance(found, Absent):
        pytest.skip(f"{found.reason}: {found.mend}")
    return found


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_document_is_opened_and_drawn_inside(
    sandbox: Bubblewrap, make_pdf: Callable[..., Path]
) -> None:
    path = make_pdf(b"BT /F1 20 Tf 72 700 Td (Hello) Tj ET")
    path.chmod(0o600)
    for engine in ("pdfium", "poppler"):
        task = Task(str(path), engine, 1, 1, Limits())
        with Child(task, Patience(Limits()), bubblewrap=sandbox) as honest:
            assert honest.next_message() == Opened(Format.PDF, 1)
            page = honest.next_message()
        assert isinstance(page, Drawn)
        assert [word.text for word in page.words] == ["Hello"]


def test_nothing_on_the_hosts_loopback_is_reached(sandbox: Bubblewrap, listening: int) -> None:
    program = f"socket.create_connection(('127.0.0.1', {listening}), 2)"
    assert does(program, None)
    assert not does(program, sandbox)
    assert told_by("tell(socket.if_nameindex())", sandbox) == [[1, "lo"]]


@pytest.mark.parametrize("path", ["/etc/passwd", "/proc/self/environ", "/proc/meminfo"])
def test_no_file_of_the_system_about_users_and_processes_is_read(
    sandbox: Bubblewrap, path: str
) -> None:
    program = f"open({path!r}, 'rb').close()"
    assert does(program, None)
    assert not does(program, sandbox)


def test_neither_the_data_folder_nor_a_home_is_seen(sandbox: Bubblewrap, tmp_path: Path) -> None:
    secret = tmp_path / "data" / "secret"
    secret.parent.mkdir()
    secret.write_text("of another document")
    for path in (secret, secret.parent, tmp_path):
        program = f"os.stat({str(path)!r})"
        assert does(program, None)
        assert not does(program, sandbox)
    home = [path.relative_to(Path.home()) for path in visible() if path.is_relative_to(Path.home())]
    seen = told_by(f"p = {str(Path.home())!r}; tell(os.path.exists(p) and os.listdir(p))", sandbox)
    assert set(seen or ()) <= {path.parts[0] for path in home}


def test_only_the_document_and_what_runs_the_child_stand_in_the_root(sandbox: Bubblewrap) -> None:
    needed = {Path(one).parts[1] for one in (*module.SYSTEM, *map(str, visible()))}
    seen = set(told_by("tell(os.listdir('/'))", sandbox))
    assert "document" in seen
    assert seen <= needed | {"document", "dev", "tmp"}
    assert told_by("tell(os.listdir('/dev'))", sandbox) == ["null"]


def test_no_secret_of_the_parents_environment_is_seen(
    sandbox: Bubblewrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGESIGHT_VLM_KEY", "sk-secret")
    assert set(told_by("tell(sorted(os.environ))", sandbox)) <= {"PATH", "LC_CTYPE", "PWD"}
    parent = f"open('/proc/{os.getpid()}/environ', 'rb').close()"
    assert does(parent, None)
    assert not does(parent, sandbox)


def test_nothing_is_written_but_into_a_folder_of_its_own(
    sandbox: Bubblewrap, tmp_path: Path
) -> None:
    outside = f"open({str(tmp_path / 'written')!r}, 'w').close()"
    assert does(outside, None)
    assert not does(outside, sandbox)
    assert does("open('/tmp/mine', 'w').write('x')", sandbox)
    for path in ("/x", "/usr/x", "/etc/x", "/dev/x", "/document", f"{sys.prefix}/x", __file__):
        assert not does(f"open({path!r}, 'a').close()", sandbox)


def test_the_folder_of_its_own_is_bounded(sandbox: Bubblewrap) -> None:
    program = "for n in range(3): open(f'/tmp/{n}', 'wb').write(bytes(2**25))"
    assert does(program.replace("3", "2"), sandbox)
    assert not does(program, sandbox)


def test_a_fork_bomb_is_bounded_and_leaves_nobody_behind(sandbox: Bubblewrap) -> None:
    program = (
        "n = 0\ntry:\n while n < 100:\n"
        "  if not os.fork(): time.sleep(1000)\n"
        "  n += 1\nexcept OSError: pass\ntell(n)"
    )
    assert 0 < told_by(program, sandbox) < module.MAX_PROCESSES
    assert told_by(program.replace("100", "40").replace("1000", "2"), None) == 40


def test_the_parent_is_neither_signalled_nor_traced(sandbox: Bubblewrap) -> None:
    signalled = f"os.kill({os.getpid()}, 0)"
    assert does(signalled, None)
    assert not does(signalled, sandbox)
    seize = f"assert not ctypes.CDLL(None).ptrace(0x4206, {os.getpid()}, 0, 0)"
    assert not does(seize, sandbox)


def test_no_privilege_is_kept_or_gained(sandbox: Bubblewrap) -> None:
    for program in ("os.setuid(0)", "os.chroot('/tmp')", "os.nice(-1)"):
        assert does(program, None) == (os.geteuid() == 0)
        assert not does(program, sandbox)
    assert told_by("tell(os.geteuid())", sandbox) != 0
    mount = "assert not ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, 0)"
    assert not does(mount, sandbox)
    assert told_by("tell(ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))", sandbox) == 1  # no_new_privs


def test_a_child_that_hangs_is_killed_with_everything_it_started(sandbox: Bubblewrap) -> None:
    marker = f"{time.time_ns() % 10**9}.5"
    program = f"subprocess.Popen(['setsid', 'sleep', '{marker}']); tell(1); time.sleep(1000)"
    with child(TRY + program, sandbox, limits=Limits(page_timeout_s=6)) as hanging:
        hanging.next_message()
        wait_for(lambda: bool(sleepers(marker)))
        with pytest.raises(RenderTimeout):
            hanging.next_message()
    wait_for(lambda: not sleepers(marker))


def sleepers(marker: str) -> list[int]:
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if marker in command_line(pid)]


def command_line(pid: int) -> list[str]:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return words if words[0] == "sleep" and is_running(pid) else []


def test_processor_time_that_is_used_up_is_told_as_such(sandbox: Bubblewrap) -> None:
    program = "import sys; sys.path.insert(0, sys.argv[1])\n"
    program += "from ingest.child import allow_cpu\nallow_cpu(1)\nwhile True: pass"
    with (
        child(program, sandbox, limits=Limits(page_timeout_s=60)) as burning,
        pytest.raises(RenderTimeout, match="processor"),
    ):
        burning.next_message()


@pytest.mark.parametrize(
    ("program", "status"),
    [("os.abort()", "-6"), ("os.kill(os.getpid(), 9)", "-9"), ("os._exit(70)", "70")],
)
def test_how_the_child_ended_is_told_as_without_a_sandbox(
    sandbox: Bubblewrap, program: str, status: str
) -> None:
    for around in (None, sandbox):
        with child(TRY + program, around) as dying, pytest.raises(ChildDied, match=status):
            dying.next_message()


def test_a_sandbox_that_cannot_be_set_up_is_not_the_documents_fault(
    sandbox: Bubblewrap, tmp_path: Path
) -> None:
    task = Task(str(tmp_path / "gone"), "pdfium", 1, 1, QUICK)
    with (
        pytest.raises(SandboxUnavailable),
        Child(task, Patience(QUICK), bubblewrap=sandbox) as absent,
    ):
        absent.next_message()
    nothing = Bubblewrap("/bin/false", sandbox.is_root)
    with child(BOOT, nothing) as never, pytest.raises(SandboxUnavailable, match="status 1"):
        never.next_message()


def test_require_refuses_what_does_not_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    find_bubblewrap.cache_clear()
    with pytest.raises(MissingDependency, match="apt-get install bubblewrap"):
        starter("require")
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho bubblewrap 0.4.1\n")
    program.chmod(0o755)
    find_bubblewrap.cache_clear()
    with pytest.raises(MissingDependency, match="too old"):
        required()
    program.write_text(
        "#!/bin/sh\n[ $1 = --version ] && echo bubblewrap 0.9 || echo 'No permissions' >&2\n"
    )
    find_bubblewrap.cache_clear()
    with pytest.raises(MissingDependency, match="No permissions"):
        required()
    find_bubblewrap.cache_clear()


def test_a_path_is_shown_once_below_folders_that_may_be_entered(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "link").symlink_to("a")
    options = [*shown([inner, inner / "c", tmp_path / "link", tmp_path / "none", inner])]
    assert options.count(str(inner)) == 2
    assert options[-3:] == ["--symlink", "a", str(tmp_path / "link")]
    assert options.count(str(tmp_path)) == 1


@pytest.mark.parametrize("is_root", [True, False])
def test_the_folder_of_its_own_hides_nothing_that_is_shown(*, is_root: bool) -> None:
    options = Bubblewrap("bwrap", is_root).command("/x", ["true"])
    assert options.index("--tmpfs") < options.index("--ro-bind")
    assert ("--disable-userns" in options, "setpriv" in options) == (not is_root, is_root)
    assert options[-1] == "true"
