"""An image-text model of `transformers`, loaded from safetensors and asked one prompt at a time."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

from jinja2 import TemplateError

from answer.answers import Usage
from answer.model.completion import Completion
from answer.model.conversation import Conversation
from answer.model.request import ChatRequest
from index.encoders.visual.checkpoint import Checkpoint, Source, find_checkpoint
from index.encoders.visual.compat import declare_torchvision_operators
from index.encoders.visual.loading import check_report
from index.errors import InvalidRequest, MissingDependency, ModelRejected, VlmUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

NEEDED = ("accelerate", "torchvision")
CPU = "cpu"
FAILURES = (RuntimeError, ValueError, TypeError, LookupError, TemplateError)


def check_packages() -> None:
    """Tell what to install where a model cannot run in this process.

    Raises:
        MissingDependency: a package is not installed.
    """
    if not all(map(find_spec, NEEDED)):
        raise MissingDependency(
            "models in this process need, in a checkout of Pagesight: pip install '.[vlm]'"
        )


@dataclass(frozen=True, slots=True)
class Generator:
    """A loaded model with its processor.

    Attributes:
        model: of `transformers`; it has `generate`.
        processor: makes its inputs of turns.
        conversation: makes the turns of messages.
        max_tokens: of prompt and reply together; None where the model's files do not say.
    """

    model: Any
    processor: Any
    conversation: Conversation
    max_tokens: int | None

    @classmethod
    def load(cls, source: Source, *, device: str) -> "Generator":
        """Load a model: bfloat16 on a GPU, float32 on the CPU, where most are slow at bfloat16.

        Raises:
            InvalidRequest: an adapter, no such folder, or no commit to fetch from the hub.
            ModelRejected: it is no such model, damaged, or loads in part.
            Unavailable: the hub has not sent the files, and its cache does not hold them.
        """
        checkpoint = find_checkpoint(source)
        if checkpoint.base is not None:
            raise InvalidRequest(f"{source.name} is an adapter; merge it into its model first")
        try:
            model, processor = _loaded(checkpoint, device)
        except (*FAILURES, OSError, ImportError) as error:
            raise ModelRejected(f"{source.name} cannot be loaded: {error}") from error
        if processor.chat_template is None:
            raise ModelRejected(f"{source.name} has no chat template; take an instruct model")
        added = processor.tokenizer.added_tokens_decoder.values()
        limit = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        return cls(model.eval(), processor, Conversation(added), limit)

    def write(
        self, request: ChatRequest, emit: Callable[[str], None], check: Callable[[], None]
    ) -> Completion:
        """Write the most probable reply.

        Args:
            request: what is asked; its schema is not enforced.
            emit: is given the reply's text, word by word.
            check: is called before every layer's work, while pages are read too; what it raises
                ends the reply.

        Raises:
            InvalidRequest: a picture cannot be read.
            VlmUnavailable: the prompt is longer than the model takes, or the model fails on it.
        """
        turns = self.conversation.turns(request.messages)
        try:
            inputs = self._inputs(turns)
            n_prompt = inputs["input_ids"].shape[1]
            self._check_length(n_prompt, request.max_tokens)
            with self._checked(check):
                written = self.model.generate(
                    **inputs,
                    generation_config=self._most_probable(request.max_tokens),
                    streamer=self._streamer(emit),
                )[0, n_prompt:]
        except FAILURES as error:
            raise VlmUnavailable(f"the model in this process failed: {error}") from error
        text = self.processor.tokenizer.decode(written, skip_special_tokens=True)
        return Completion(text, Usage(n_prompt, len(written)))

    def _inputs(self, turns: list[dict[str, object]]) -> "Mapping[str, Tensor]":
        inputs = self.processor.apply_chat_template(
            turns,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        )
        return cast("Mapping[str, Tensor]", inputs.to(self.model.device, self.model.dtype))

    def _check_length(self, n_prompt: int, n_reply: int) -> None:
        if self.max_tokens is not None and n_prompt + n_reply > self.max_tokens:
            raise VlmUnavailable(
                f"the prompt has {n_prompt} tokens and its reply up to {n_reply}; the model takes "
                f"{self.max_tokens} together, lower PAGESIGHT_VLM_MAX_INPUT_TOKENS"
            )

    @contextmanager
    def _checked(self, check: Callable[[], None]) -> Iterator[None]:
        """Call the check before each block of the model's towers.

        A stopping criterion of `generate` is asked after each token only, and before the first one
        pages are read for seconds to minutes.
        """
        lists = import_module("torch.nn").ModuleList
        layers = [layer for m in self.model.modules() if isinstance(m, lists) for layer in m]
        with ExitStack() as hooks:
            for layer in layers:
                hooks.callback(layer.register_forward_pre_hook(lambda *_: check()).remove)
            yield

    def _most_probable(self, max_tokens: int) -> object:
        """What stands for temperature 0, whatever the model's files would rather do."""
        return import_module("transformers").GenerationConfig(
            max_new_tokens=max_tokens,
            do_sample=False,
            num_beams=1,
            temperature=1.0,
            top_p=1.0,
            top_k=50,
            repetition_penalty=1.0,
        )

    def _streamer(self, emit: Callable[[str], None]) -> object:
        """What hands out text once it will not change any more."""
        base: Any = import_module("transformers.generation.streamers").TextStreamer

        class Streamer(base):  # type: ignore[misc]  # imported late, so of no type
            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  as in the base class
                if text:
                    emit(text)

        return Streamer(self.processor.tokenizer, skip_prompt=True, skip_special_tokens=True)


def _loaded(checkpoint: Checkpoint, device: str) -> tuple[Any, Any]:
    """The model and its processor; nothing is fetched, unpickled or run from the folder."""
    declare_torchvision_operators()
    transformers, torch = import_module("transformers"), import_module("torch")
    transformers.utils.logging.disable_progress_bar()
    folder, safe = str(checkpoint.folder), {"local_files_only": True, "trust_remote_code": False}
    model, report = transformers.AutoModelForImageTextToText.from_pretrained(
        folder,
        **safe,
        use_safetensors=True,
        output_loading_info=True,
        dtype=torch.float32 if device == CPU else torch.bfloat16,
        device_map=device,
    )
    check_report(checkpoint.name, report)
    return model, transformers.AutoProcessor.from_pretrained(folder, **safe)
