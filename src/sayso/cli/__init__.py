"""The command line: one file a command, loaded when it is used."""

from importlib import import_module

import click

from sayso import __version__

COMMANDS = {
    "up": "sayso.cli.up",
    "build": "sayso.cli.build",
    "plan": "sayso.cli.plan",
    "apply": "sayso.cli.apply",
    "import": "sayso.cli.imports",
    "export": "sayso.cli.export",
    "apps": "sayso.cli.apps",
    "rows": "sayso.cli.rows",
    "coworkers": "sayso.cli.coworkers",
    "chat": "sayso.cli.chat",
    "fill": "sayso.cli.fill",
    "ask": "sayso.cli.ask",
    "slots": "sayso.cli.slots",
    "models": "sayso.cli.models",
    "password": "sayso.cli.password",
    "sso": "sayso.cli.sso",
    "members": "sayso.cli.members",
    "invite": "sayso.cli.invite",
    "invitations": "sayso.cli.invitations",
    "groups": "sayso.cli.groups",
    "workspaces": "sayso.cli.workspaces",
    "token": "sayso.cli.token",
    "evals": "sayso.cli.evals",
    "gateway": "sayso.cli.gateway",
    "providers": "sayso.cli.providers",
    "keys": "sayso.cli.keys",
    "connections": "sayso.cli.connections",
    "shares": "sayso.cli.shares",
    "automations": "sayso.cli.automations",
    "worker": "sayso.cli.worker",
    "runs": "sayso.cli.runs",
    "sync": "sayso.cli.sync",
    "trial": "sayso.cli.trial",
    "activity": "sayso.cli.activity",
    "audit": "sayso.cli.audit",
    "backup": "sayso.cli.backup",
    "restore": "sayso.cli.restore",
    "setup": "sayso.cli.setup",
    "doctor": "sayso.cli.doctor",
}
"""Each names the module whose `command` it is. Loading them all would cost every call a second."""


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        return import_module(module).command if module else None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sayso")
def main() -> None:
    """Say what you need, and it is built: an AI workspace for the people who run things."""
