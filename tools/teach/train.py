"""Teach the pupil.

    python -m tools.teach.train FOLDER [--steps N]

Three things are asked of it at once: colpali-engine's own late-interaction loss between questions
and pages, each question against all pages of the lesson; that the rows a question's tokens look at
lie where its answer is; and the same late-interaction loss between questions and printed words, so
that text rows live in the space of patch rows. Random only by its seed.
"""

import math
import sys
from importlib import import_module
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any

import click
import torch
from torch.nn.functional import log_softmax

from tools.teach.lessons import Lesson, lessons
from tools.teach.model import SIDE, new_model, new_processor

SEED = 20_26
N_PAGES, N_TEXTS = 40, 16
PEAK_RATE, DECAY, WARM_UP = 1.5e-3, 0.05, 100
LOOK_SHARE, TEXT_SHARE = 0.3, 0.3
LOOK_HEAT = 0.07  # temperature of where tokens look
SAVE_EVERY = 200


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--steps", default=1000, show_default=True)
@click.option("--threads", default=2, show_default=True)
def main(folder: Path, *, steps: int, threads: int) -> None:
    """Teach a new pupil and keep it in FOLDER."""
    torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    processor = new_processor()
    model = new_model(processor).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    started = monotonic()
    taught = lessons(processor, side=SIDE, seed=SEED, n_pages=N_PAGES, n_texts=N_TEXTS)
    for step, lesson in enumerate(islice(taught, steps), 1):
        losses = _losses(model, processor, lesson)
        total = losses[0] + LOOK_SHARE * losses[1] + TEXT_SHARE * losses[2]
        optimizer.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]  # torch's own gap
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 20 == 0:
            told = " ".join(f"{float(loss.detach()):.3f}" for loss in losses)
            click.echo(f"{step} {monotonic() - started:.0f}s {told}")
            sys.stdout.flush()
        if step % SAVE_EVERY == 0 or step == steps:
            model.save_pretrained(folder)
            processor.save_pretrained(folder)


def _losses(model: Any, processor: Any, lesson: Lesson) -> tuple[torch.Tensor, ...]:  # noqa: ANN401  colpali-engine ships no types
    loss = import_module("colpali_engine.loss").ColbertLoss(
        norm_tol=2.0
    )  # it warns of negative scores
    is_patch = lesson.pages["input_ids"] == processor.image_token_id
    rows = model(**lesson.pages)
    rows = rows[is_patch].view(len(rows), -1, rows.shape[-1])  # (n_pages, n_rows, dim)
    questions = model(**lesson.questions)
    text = loss(model(**lesson.text_questions), _unpadded(model(**lesson.texts), lesson.texts))
    return loss(questions, rows), _looking(questions, rows, lesson), text


def _unpadded(rows: torch.Tensor, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """Put each text's last row where padding is: a row of zeros would beat negative ones."""
    return torch.where(inputs["attention_mask"].bool()[..., None], rows, rows[:, -1:])


def _looking(questions: torch.Tensor, rows: torch.Tensor, lesson: Lesson) -> torch.Tensor:
    """Cross-entropy between where tokens look and where the answer is, over all tokens."""
    looks = log_softmax(questions @ rows.transpose(1, 2) / LOOK_HEAT, dim=-1)
    targets = torch.from_numpy(lesson.targets)[:, None]  # (n_pages, 1, n_rows)
    is_token = lesson.questions["attention_mask"].bool()
    return -(looks * targets).sum(dim=-1)[is_token].mean()


def _rate(step: int, steps: int) -> float:
    """Warm up, then fall along a cosine to a hundredth."""
    if step < WARM_UP:
        return (step + 1) / WARM_UP
    done = (step - WARM_UP) / max(1, steps - WARM_UP)
    return 0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2


if __name__ == "__main__":
    main()
