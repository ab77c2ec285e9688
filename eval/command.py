"""`pagesight eval`: measure retrieval, answers and refusals on documents with questions."""

import click

from eval.commands import ablate, check, compare, draft, mteb, run


@click.group("eval")
def command() -> None:
    """Measure retrieval and answers on documents with questions."""


for one in (
    run.command,
    compare.command,
    ablate.command,
    draft.draft,
    draft.accept,
    check.check,
    mteb.command,
):
    command.add_command(one)
