"""Finds a model's files, on disk or on the hub, and names them by their content."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from index.encoders.registry import MODELS, VisualModel, check_revision
from index.errors import InvalidRequest, ModelRejected, Unavailable

ADAPTER = "adapter_config.json"
CONFIG = "config.json"
NEWEST = "main"
WEIGHTS = "*.safetensors"
TEXTS = ("*.json", "*.model", "*.jinja", "*.txt")
READING = ("*config.json", "tokenizer*.json", "*.model")  # what decides how inputs are read
UNSAFE = ("*.bin", "*.pt", "*.pth", "*.ckpt")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model is to come from.

    Attributes:
        name: a folder, or a name on the hub.
        revision: the commit on the hub; None takes the registry's. A folder has none.
        base_revision: the commit of the hub model that a LoRA adapter was trained on; None takes
            the registry's, else the newest one, and logs it. An adapter's own config seldom says.
        allow_network: whether files may be fetched; else they must be in the hub's cache. Where
            the process is set offline (HF_HUB_OFFLINE) this has no effect.
    """

    name: str
    revision: str | None = None
    base_revision: str | None = None
    allow_network: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model's files on this machine.

    Attributes:
        name: as asked for.
        revision: the hub's commit; for a folder, the sha256 of its deciding files' digests.
        folder: with the weights, or with a LoRA adapter's.
        base: the folder of the model under the adapter; None when `folder` is complete.
        sha256: each file that decides the rows, as `(folder/file, hex digest)`.
        model_type: from the config of the complete model.
    """

    name: str
    revision: str
    folder: Path
    base: Path | None
    sha256: tuple[tuple[str, str], ...]
    model_type: str | None

    @property
    def identity(self) -> str:
        """Under what the model is trusted: what it is on the hub, or where it lies on disk."""
        local = Path(self.name).is_dir()
        return str(self.folder.resolve()) if local else f"{self.name}@{self.revision}"

    @property
    def weights(self) -> list[Path]:
        """Every file of weights."""
        return [file for folder in self.folders for file in sorted(folder.glob(WEIGHTS))]

    @property
    def folders(self) -> list[Path]:
        """The model's folder, and its base's."""
        return [self.folder] if self.base is None else [self.folder, self.base]


def find_checkpoint(source: Source) -> Checkpoint:
    """Find a model's files and read their digests.

    Raises:
        InvalidRequest: no such folder and no commit to fetch from the hub.
        ModelRejected: the folder holds no safetensors, or a config is damaged.
        Unavailable: the hub has not sent the files, and its cache does not hold them.
    """
    folder = _folder(source, (WEIGHTS, *TEXTS))
    base = _base_folder(folder, source)
    digests = _digests(folder, base)
    return Checkpoint(
        name=source.name,
        revision=_revision(source, digests),
        folder=folder,
        base=base,
        sha256=digests,
        model_type=_read_json(base or folder, CONFIG).get("model_type"),
    )


def find_processor(source: Source) -> Checkpoint:
    """Find the files of a model's processor, where its weights are on another machine.

    Raises:
        InvalidRequest: no such folder and no commit to fetch from the hub.
        ModelRejected: the folder of a model that is not registered has no usable config.json.
        Unavailable: the hub has not sent the files, and its cache does not hold them.
    """
    folder = _folder(source, TEXTS)
    digests = tuple((file.name, _sha256(file)) for file in _matching(folder, READING))
    known = _known(source.name)
    return Checkpoint(
        name=source.name,
        revision=_revision(source, digests),
        folder=folder,
        base=None,
        sha256=digests,
        model_type=known.family if known else _read_json(folder, CONFIG).get("model_type"),
    )


def _folder(source: Source, wanted: Sequence[str]) -> Path:
    if Path(source.name).is_dir():
        return Path(source.name)
    return _fetched(source.name, _commit(source), source, wanted)


def _revision(source: Source, digests: tuple[tuple[str, str], ...]) -> str:
    if Path(source.name).is_dir():
        return hashlib.sha256(json.dumps(digests).encode()).hexdigest()
    return _commit(source)


def _known(name: str) -> VisualModel | None:
    return next((model for model in MODELS if model.name == name), None)


def _commit(source: Source) -> str:
    known = _known(source.name)
    revision = source.revision or (known.revision if known else None)
    if revision is None:
        raise InvalidRequest(
            f"{source.name!r} is no folder, and as a model of the hub it needs its revision: "
            "the 40 hex digits of a commit"
        )
    check_revision(revision)
    if known is None or not known.verified or revision != known.revision:
        logger.warning("model revision not verified", extra={"model": source.name, "rev": revision})
    return revision


def _fetched(name: str, revision: str, source: Source, wanted: Sequence[str]) -> Path:
    """Return the hub's snapshot of a commit, in a folder that is called like the commit."""
    hub = import_module("huggingface_hub")
    try:
        folder = hub.snapshot_download(
            name,
            revision=revision,
            allow_patterns=list(wanted),
            local_files_only=not source.allow_network,
        )
    except (OSError, ValueError) as error:  # the hub's own errors are among these
        raise Unavailable(
            f"{name} at {revision} is not at hand ({error}); allow the network, or give a folder "
            "that holds it"
        ) from error
    logger.info("model resolved", extra={"model": name, "rev": Path(folder).name})
    return Path(folder)


def _base_folder(folder: Path, source: Source) -> Path | None:
    """Return the folder of the model that an adapter belongs to, None for a complete model."""
    if not (folder / ADAPTER).exists() or (folder / CONFIG).exists():
        return None
    name = _read_json(folder, ADAPTER).get("base_model_name_or_path")
    if not name:
        raise ModelRejected(f"{folder / ADAPTER} names no base_model_name_or_path")
    if Path(name).is_dir():
        return Path(name)
    return _fetched(name, _base_commit(source), source, (WEIGHTS, *TEXTS))


def _base_commit(source: Source) -> str:
    known = _known(source.name)
    revision = source.base_revision or (known.base_revision if known else None)
    if revision is None:
        logger.warning("base model not pinned: newest taken", extra={"model": source.name})
        return NEWEST
    check_revision(revision)
    return revision


def _read_json(folder: Path, name: str) -> dict[str, str]:
    try:
        read: dict[str, str] = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelRejected(f"{folder / name} cannot be read ({error})") from error
    return read


def _digests(folder: Path, base: Path | None) -> tuple[tuple[str, str], ...]:
    labelled = [("", folder)] if base is None else [("adapter/", folder), ("base/", base)]
    return tuple(
        (label + file.name, _sha256(file))
        for label, place in labelled
        for file in _deciding_files(place)
    )


def _deciding_files(folder: Path) -> list[Path]:
    if not any(folder.glob(WEIGHTS)):
        unsafe = [file.name for pattern in UNSAFE for file in folder.glob(pattern)]
        raise ModelRejected(
            f"{folder} holds no .safetensors{f', only {unsafe[0]}' if unsafe else ''}; "
            "other formats can run code when they are read"
        )
    return _matching(folder, (WEIGHTS, *READING))


def _matching(folder: Path, patterns: Sequence[str]) -> list[Path]:
    return sorted({file for pattern in patterns for file in folder.glob(pattern)})


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
