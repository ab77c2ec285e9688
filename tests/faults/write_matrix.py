"""Writes the fault matrix into docs/guarantees.md: `python -m tests.faults.write_matrix`."""

from tests.faults.matrix import PAGE, written

if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
