from importlinter.cli import lint_imports


def test_every_import_goes_down_the_floors() -> None:
    assert lint_imports() == 0
