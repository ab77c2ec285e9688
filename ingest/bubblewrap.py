"""What a child sees and may become under bubblewrap, where that works.

It sees programs, libraries and fonts to read, the one document to read, and 64 MiB of its own to
write: no file of the host besides, no network, no other process. It has no capabilities. Under a
user it stays that user, in a user namespace that it cannot nest. Under root it becomes a user that
nothing on the host belongs to, for root in a user namespace is still root to the limit on
processes; since that user could not open the document, it gets a copy of it in memory.
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.errors import MissingDependency

DOCUMENT = "/document"
CODE_ROOT = Path(__file__).resolve().parents[1]
SEARCH_PATH = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
# What the linker and the font matcher read, and the symbolic links of a merged /usr.
SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/fonts", "/etc/ld.so.cache")
NAMESPACES = ("ipc", "pid", "net", "uts", "cgroup-try")
MAX_PROCESSES = 32
SCRATCH_BYTES = 2**26
TRANSIENT_USERS = range(61184, 65520)  # systemd gives these to services for as long as they run
OLDEST = (0, 8)  # knows --size and --disable-userns
COUNTS_APART = (5, 14)  # Linux counts the processes of a user namespace by themselves since then
PROBE_S = 20.0
PROBE = "import sys; sys.path.insert(0, sys.argv[1]); import ingest.child; print('well')"
APT = "apt-get install bubblewrap"


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """Puts a command into a sandbox.

    Attributes:
        program: path of `bwrap`.
        is_root: whether this process is root.
    """

    program: str
    is_root: bool

    def command(self, document: str, command: Iterable[str]) -> list[str]:
        """The command in its sandbox; under root the document is what standard input holds."""
        return [
            self.program,
            *("--die-with-parent", "--new-session", "--cap-drop", "ALL"),
            *(f"--unshare-{name}" for name in NAMESPACES),
            *(self._as_nobody() if self.is_root else ("--unshare-user", "--disable-userns")),
            *("--size", str(SCRATCH_BYTES), "--perms", "1777", "--tmpfs", "/tmp"),  # noqa: S108 - its own
            *shown(visible()),
            *("--perms", "0755", "--dir", "/dev", "--dev-bind", "/dev/null", "/dev/null"),
            *self._document(document),
            *("--remount-ro", "/", "--chdir", "/tmp"),  # noqa: S108 - its own
            *self._limited(),
            *command,
        ]

    def _as_nobody(self) -> tuple[str, ...]:
        return ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")  # until `setpriv` is done

    def _document(self, document: str) -> tuple[str, ...]:
        if self.is_root:
            return ("--perms", "0444", "--ro-bind-data", "0", DOCUMENT)
        return ("--ro-bind", document, DOCUMENT)

    def _limited(self) -> list[str]:
        limit = ["prlimit", f"--nproc={MAX_PROCESSES}"]
        if self.is_root:
            user = secrets.choice(TRANSIENT_USERS)
            return [*limit, "setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        return limit if linux_version() >= COUNTS_APART else []


@dataclass(frozen=True, slots=True)
class Absent:
    """Why there is no sandbox by bubblewrap, and what mends it."""

    reason: str
    mend: str


@cache
def find_bubblewrap() -> Bubblewrap | Absent:
    """Look for bubblewrap, and try once whether it may do here what is asked of it."""
    program = shutil.which("bwrap")
    if program is None:
        return Absent("bubblewrap is not installed", APT)
    if (version := version_of(program)) < OLDEST:
        told = ".".join(map(str, version))
        return Absent(f"bubblewrap {told} is too old", "install bubblewrap 0.8 or newer")
    return tried(Bubblewrap(program, os.geteuid() == 0))


def required() -> Bubblewrap:
    """Return bubblewrap.

    Raises:
        MissingDependency: it is not there, or does not work here.
    """
    found = find_bubblewrap()
    if isinstance(found, Absent):
        raise MissingDependency(
            f"PAGESIGHT_SANDBOX=require, but {found.reason}: {found.mend}, or set auto, which "
            "reads files without it"
        )
    return found


def tried(bubblewrap: Bubblewrap) -> Bubblewrap | Absent:
    """Start the child's program in the sandbox once."""
    command = [sys.executable, "-I", "-c", PROBE, str(CODE_ROOT)]
    try:
        done = subprocess.run(  # noqa: S603 - fixed programs
            bubblewrap.command(__file__, command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env={"PATH": SEARCH_PATH},
            timeout=PROBE_S,
        )
    except subprocess.TimeoutExpired:
        return Absent(f"bubblewrap took over {PROBE_S:g} s", "try again on a quiet machine")
    if done.stdout == b"well\n":
        return bubblewrap
    said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return Absent(
        f"bubblewrap may not work here ({said or f'status {done.returncode}'})",
        "allow user namespaces, see docs/hostile-files.md",
    )


def visible() -> Iterator[Path]:
    """The files and folders of the host that a child may read."""
    yield from map(Path, SYSTEM)
    yield from (Path(sys.prefix), Path(sys.base_prefix))
    yield from links(Path(sys.executable))
    yield from (CODE_ROOT / "index", CODE_ROOT / "ingest")


def links(path: Path) -> Iterator[Path]:
    """A path, and what stands between it and what it leads to."""
    yield path
    while path.is_symlink():
        path = path.parent / path.readlink()
        yield path


def shown(paths: Iterable[Path]) -> Iterator[str]:
    """The options that show these paths where they lie, read-only; links stay links."""
    done: list[Path] = []
    folders: set[Path] = set()
    for path in paths:
        if any(path.is_relative_to(seen) for seen in done) or not path.exists():
            continue
        for parent in [one for one in reversed(path.parents[:-1]) if one not in folders]:
            yield from ("--perms", "0755", "--dir", str(parent))
            folders.add(parent)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        else:
            yield from ("--ro-bind", str(path), str(path))
        done.append(path)


def version_of(program: str) -> tuple[int, ...]:
    """The numbers of `bwrap --version`."""
    done = subprocess.run([program, "--version"], capture_output=True, check=False, text=True)  # noqa: S603 - fixed
    return numbers(done.stdout)


def linux_version() -> tuple[int, ...]:
    """The numbers of the running kernel."""
    return numbers(os.uname().release)


def numbers(text: str) -> tuple[int, ...]:
    """The first two numbers of a version."""
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)
