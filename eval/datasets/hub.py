"""Data sets of the Hugging Face hub, fetched once into its cache."""

import re
from importlib import import_module
from pathlib import Path

from index.errors import InvalidRequest, Unavailable

HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
WANTED = ("*.parquet",)  # of code and archives nothing


def is_hub_name(source: str) -> bool:
    """Tell whether a text has the form of a name on the hub, `owner/set`."""
    return HUB_NAME.fullmatch(source) is not None and not source.startswith((".", "/"))


def fetch_set(
    name: str, *, revision: str | None, allow_network: bool, cache: Path | None = None
) -> Path:
    """Return the folder of a set's parquet files; without the network, from the hub's cache.

    Args:
        name: `owner/set`.
        revision: a commit; the newest when None.
        allow_network: whether files may be fetched.
        cache: the hub's own cache when None.

    Raises:
        InvalidRequest: the network is not allowed, and the cache does not hold the set.
        Unavailable: the hub does not send it.
    """
    hub = import_module("huggingface_hub")
    try:
        found = hub.snapshot_download(
            name,
            repo_type="dataset",
            revision=revision,
            allow_patterns=list(WANTED),
            local_files_only=not allow_network,
            cache_dir=cache,
        )
    except (OSError, ValueError) as error:  # the hub's own errors are among these
        if allow_network:
            raise Unavailable(f"the hub does not send {name}: {error}") from error
        raise InvalidRequest(
            f"{name} is no folder here and not in the hub's cache; PAGESIGHT_HUB=true allows "
            "fetching it"
        ) from error
    return Path(found)
