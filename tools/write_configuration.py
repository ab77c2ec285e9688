"""Write docs/configuration.md from the settings, so that it cannot say anything else.

python -m tools.write_configuration
"""

from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from api.settings import THEMES, Settings

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
CORES = "number of cores"
HEAD = """\
# Configuration

Written by `tools/write_configuration.py` from `api/configuration`. Every setting is an environment
variable with a default that works on a bare machine; an empty variable counts as unset.
`pagesight doctor` checks what they lead to. Lists are joined by commas.
"""
TABLE = """
## {theme}

| variable | default | what it sets |
|---|---|---|
"""


def configuration() -> str:
    """Return the page: a table for each theme, a row for each setting, in their order."""
    return HEAD + "".join(_table(theme) for theme in THEMES)


def main() -> None:
    """Write the page."""
    PAGE.write_text(configuration(), encoding="utf-8")


def _table(theme: type[BaseModel]) -> str:
    prefix = Settings.model_config["env_prefix"]
    rows = [_row(prefix + name.upper(), field) for name, field in theme.model_fields.items()]
    return TABLE.format(theme=(theme.__doc__ or "").rstrip(".")) + "".join(rows)


def _row(variable: str, field: FieldInfo) -> str:
    return f"| `{variable}` | {_default(field)} | {field.description} |\n"


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.default_factory is not None:  # only counts of workers, threads and requests have one
        return CORES
    if value in (None, "", (), {}):
        return "none"
    if isinstance(value, tuple):
        return f"`{','.join(value)}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`"


if __name__ == "__main__":
    main()
