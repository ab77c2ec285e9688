"""Teach the model from random weights and write its checkpoint.

    python -m tools.teach.train FOLDER [--steps N] [--seed N] [--further CHECKPOINT]

The loss is colpali-engine's late-interaction InfoNCE, over patch rows, text rows and both together,
and beside it a term about places: each token of a question spreads its attention over the patches
of what the question asks for.
"""

import math
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import click
import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from index.encoders.visual.compat import declare_torchvision_operators
from index.records import Box, PageWords
from tools.teach.lessons import Lesson, draw_batch
from tools.teach.model import EDGE, PATCH, Pupil, build, load

SEED, STEPS, BATCH = 7, 1500, 32
RATE, DECAY, WARMUP = 1.5e-3, 0.01, 60  # WARMUP in steps
SHARPNESS = 0.08  # temperature of the places' softmax
N_WORDS = 12  # of a page that are read in a lesson
REPORT_EVERY = 25


class Teacher:
    """Teaches one batch after the other.

    Args:
        pupil: the model and its processor.
        dice: where the lessons come from.
    """

    def __init__(self, pupil: Pupil, dice: Random) -> None:
        self._pupil = pupil
        self._dice = dice
        # A mean similarity may be negative, of which the loss would warn at every step.
        self._contrast = import_module("colpali_engine.loss").ColbertLoss(norm_tol=2.0)
        blank = pupil.processor.process_images([Image.new("RGB", (EDGE, EDGE))])
        self._prompt: Tensor = blank["input_ids"]
        self._is_patch: Tensor = pupil.processor.get_image_mask(blank)[0].bool()
        self.optimizer = torch.optim.AdamW(
            pupil.model.parameters(), lr=RATE, weight_decay=DECAY, betas=(0.9, 0.98)
        )

    def teach(self, rate: float) -> dict[str, float]:
        """Learn from one batch at a learning rate; returns the parts of the loss."""
        lessons = sorted(draw_batch(self._dice, BATCH), key=lambda lesson: not lesson.reads)
        n_read = sum(lesson.reads for lesson in lessons)
        asked = self._texts([lesson.question for lesson in lessons], "process_queries")
        seen = self._pages(lessons)
        read = self._texts(
            [_beginning(lesson.drawn.content.words) for lesson in lessons],
            "process_texts",
        )
        parts = {
            "patch": self._contrast(asked, seen),
            "text": self._contrast(asked[:n_read], read),
            "fused": self._contrast(asked, torch.cat([seen, read], dim=1)),
            "place": place_loss(asked, seen, [lesson.box for lesson in lessons]),
        }
        self._step(sum(parts.values(), torch.zeros(())), rate)
        return {name: float(value.detach()) for name, value in parts.items()}

    def _step(self, loss: Tensor, rate: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
        torch.nn.utils.clip_grad_norm_(self._pupil.model.parameters(), 1.0)
        self.optimizer.step()

    def _pages(self, lessons: Sequence[Lesson]) -> Tensor:
        """Return patch rows, `(n_pages, n_patches, dim)`."""
        pixels = torch.stack([_pixels(lesson) for lesson in lessons])[:, None]
        prompt = self._prompt.expand(len(lessons), -1)
        made: Tensor = self._pupil.model(
            input_ids=prompt, attention_mask=torch.ones_like(prompt), pixel_values=pixels
        )
        return made[:, self._is_patch]

    def _texts(self, texts: list[str], prepare: str) -> Tensor:
        """Return the rows of texts, zeros behind the shorter ones, `(n_texts, n_tokens, dim)`."""
        inputs: Any = getattr(self._pupil.processor, prepare)(texts)
        made: Tensor = self._pupil.model(**inputs)
        return made


def place_loss(asked: Tensor, seen: Tensor, boxes: Sequence[Box]) -> Tensor:
    """Return the cross-entropy between where tokens look and the patches of the boxes.

    Args:
        asked: `(n, n_tokens, dim)` rows of questions, zeros behind the shorter ones.
        seen: `(n, n_patches, dim)` patch rows of the pages that answer them.
        boxes: of what is asked for.
    """
    looks = functional.log_softmax(asked @ seen.transpose(1, 2) / SHARPNESS, dim=2)
    wanted = torch.stack([covered(box) for box in boxes])[:, None]  # (n, 1, n_patches)
    real = (asked != 0).any(dim=2)
    return -(looks * wanted).sum(dim=2)[real].mean()


def covered(box: Box) -> Tensor:
    """Return how much of each patch a box covers, as shares of their sum, `(n_patches,)`."""
    side = EDGE // PATCH
    at = torch.arange(side) / side
    across = ((at + 1 / side).clamp(max=box.right) - at.clamp(min=box.left)).clamp(min=0)
    down = ((at + 1 / side).clamp(max=box.bottom) - at.clamp(min=box.top)).clamp(min=0)
    shares = (down[:, None] * across[None]).reshape(-1)
    return shares / shares.sum()


def rate_at(step: int, n_steps: int) -> float:
    """Return the learning rate: a warm-up, then a cosine down to a fiftieth."""
    falling = (1 + math.cos(math.pi * step / n_steps)) / 2
    return RATE * min(1.0, (step + 1) / WARMUP) * (0.02 + 0.98 * falling)


def _beginning(words: PageWords) -> str:
    return " ".join(word.text for word in words.words[:N_WORDS])


def _pixels(lesson: Lesson) -> Tensor:
    page = Image.fromarray(lesson.drawn.content.image)
    small = page.resize((EDGE, EDGE), Image.Resampling.BICUBIC)
    values = torch.from_numpy(np.array(small)).permute(2, 0, 1)
    return values / 127.5 - 1


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--steps", default=STEPS, show_default=True)
@click.option("--seed", default=SEED, show_default=True)
@click.option("--further", type=click.Path(exists=True, path_type=Path), help="Go on from this.")
def main(folder: Path, *, steps: int, seed: int, further: Path | None) -> None:
    """Teach a new model and write its checkpoint into FOLDER."""
    torch.set_num_threads(1)
    declare_torchvision_operators()
    pupil = build(seed) if further is None else load(further)
    pupil.model.train()
    teacher = Teacher(pupil, Random(seed))
    begun = time.monotonic()
    for step in range(steps):
        parts = teacher.teach(rate_at(step, steps))
        if step % REPORT_EVERY == 0:
            told = "  ".join(f"{name} {value:.3f}" for name, value in parts.items())
            click.echo(f"step {step}  minute {(time.monotonic() - begun) / 60:.1f}  {told}")
    pupil.save(folder)


if __name__ == "__main__":
    main()
