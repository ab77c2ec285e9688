import subprocess
import sys
from pathlib import Path

from ingest.bubblewrap import CODE_ROOT
from ingest.child import Task
from ingest.limits import Limits


def test_a_task_survives_the_command_line() -> None:
    task = Task("/tmp/a 'name'\n", "poppler", 3, 9, Limits(max_aspect=7.5))  # noqa: S108 - never opened
    assert Task.parse(task.to_json()) == task


def test_the_child_imports_neither_numpy_nor_the_engine_it_does_not_use() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(CODE_ROOT)!r})\n"
        "import ingest.child, ingest.frames\n"
        "from ingest.render_pdfium import PdfiumFile\n"
        "print(sorted({'numpy', 'PIL', 'pdf2image', 'torch', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 - fixed program
        [sys.executable, "-I", "-c", program], capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == "[]"


def test_the_code_root_holds_the_packages() -> None:
    assert (Path(CODE_ROOT) / "ingest" / "child.py").is_file()
