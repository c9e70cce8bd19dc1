"""`posbridge`: the command line. Runs, backfills and schedules are Dagster's own commands; nothing here repeats them."""

import importlib

import click

_COMMANDS = {
    "sandbox": ("posbridge_dagster.sandbox.command", "Serve a pretend shop and a pretend administration on this machine."),
    "demo": ("posbridge_dagster.cli.demo", "Run every flow on a pretend week and show that both sides balance."),
    "doctor": ("posbridge_dagster.cli.doctor", "Check settings, connections, rights, versions and the mapping."),
    "plan": ("posbridge_dagster.cli.plan", "Show what a flow would write for a day; writes nothing."),
    "explain": ("posbridge_dagster.cli.explain", "Tell all that is known of one record."),
    "balance": ("posbridge_dagster.cli.balance", "Add up both sides of a day and name every difference."),
    "erase": ("posbridge_dagster.cli.erase", "Take a person out of the ledger, the quarantine and the frames."),
    "replay": ("posbridge_dagster.cli.replay", "Let quarantined records be tried again."),
}


class _Lazy(click.Group):
    """Imports a command when it is asked for: `posbridge sandbox` needs no Dagster."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name, or None."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(_COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in _COMMANDS.items()])


@click.command(cls=_Lazy)
@click.version_option(package_name="posbridge")
def main() -> None:
    """Keep a MplusKASSA administration and a Shopify POS shop in step."""
