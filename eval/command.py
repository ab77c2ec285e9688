"""`pagesight eval`: measure retrieval, answers and refusals on documents with questions."""

import click

from eval.commands import ablate, compare, run


@click.group("eval")
def command() -> None:
    """Measure retrieval and answers on documents with questions."""


command.add_command(run.command)
command.add_command(compare.command)
command.add_command(ablate.command)
