"""The `pagesight` command. A command's module is imported when the command runs, not before."""

import importlib
import sys

import click

COMMANDS = {  # name: (module that holds it, one line for --help)
    "ingest": ("api.commands.ingest", "Index files and folders; waits until they are searchable."),
    "search": ("api.commands.search", "Find the pages that match a question."),
    "ask": ("api.commands.ask", "Answer a question from the documents, with citations."),
    "extract": ("api.commands.extract", "Read the fields of a JSON schema from documents."),
    "reindex": ("api.commands.reindex", "Build a collection's index anew with another encoder."),
    "documents": ("api.commands.documents", "List, show, change and delete documents."),
    "jobs": ("api.commands.jobs", "List, show, cancel and retry the indexing of documents."),
    "serve": ("api.commands.serve", "Serve the REST API and index what is uploaded."),
    "worker": ("api.commands.worker", "Index uploads beside other processes of a fleet."),
    "encoder": ("api.commands.encoder", "Serve one encoder to the processes of a fleet."),
    "mcp": ("api.commands.mcp", "Serve agents over standard input and output."),
    "keys": ("api.commands.keys", "Make, list and revoke the keys that requests need."),
    "audit": ("api.commands.audit", "List and verify the log of what was changed."),
    "erase": ("api.commands.erase", "Erase the bytes of what was deleted."),
    "backup": ("api.commands.backup", "Back up everything into a folder, beside a running server."),
    "restore": ("api.commands.restore", "Fill an empty installation from a backup."),
    "doctor": ("api.commands.doctor", "Check what is installed and how to mend what is not."),
    "models": ("api.commands.models", "List and check the encoders a collection can have."),
    "plan": ("api.commands.plan", "Print what a collection will cost before it is built."),
    "eval": ("eval.command", "Measure retrieval and answers on documents with questions."),
    "bench": ("eval.bench.command", "Measure what the service costs on this machine."),
}


class LazyCommands(click.Group):
    """A group that knows its commands by name and imports them on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Name the commands in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pagesight")
def pagesight() -> None:
    """Answer questions over document collections by looking at the pages.

    Settings come from PAGESIGHT_* variables; `pagesight doctor` shows them. Exit codes: 0 done,
    1 error, 2 usage, 3 some documents failed.
    """


def main() -> None:
    """Run the command line."""
    try:
        pagesight(prog_name="pagesight")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
