from api.settings import Settings
from tools.write_configuration import PAGE, configuration


def test_the_page_of_settings_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == configuration(), "run: make docs"


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_a_default_stands_as_one_would_write_it_in_the_environment() -> None:
    page = configuration()

    assert "| `PAGESIGHT_RENDERER` | `pdfium,poppler` |" in page
    assert "| `PAGESIGHT_TRUST_NETWORK` | `false` |" in page
    assert "| `PAGESIGHT_DATABASE_URL` | none |" in page


def test_a_default_that_depends_on_the_machine_is_told_in_words() -> None:
    assert "| `PAGESIGHT_OCR_WORKERS` | number of cores |" in configuration()
