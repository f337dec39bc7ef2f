"""A command that takes a free argument and yet has commands of its own.

`sanctrail screen NAME` and `sanctrail screen evaluate`: where the first word is the name of a
command it is that command; everything else goes to the command named `DEFAULT`.
"""

from copy import copy
from typing import Any

from typer.core import TyperGroup

DEFAULT = "default"


class NameOrCommand(TyperGroup):
    """A group whose first word is one of its commands, or else the start of its default's words."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.default: Any = self.commands.pop(DEFAULT)

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """Parse the words as those of a command, of the default, or a call for help."""
        own = {*self.commands, *self.context_settings.get("help_option_names", ("--help", "-h"))}
        if args and args[0] in own:
            return super().make_context(info_name, args, parent, **extra)
        return self.default.make_context(info_name, args, parent, **extra)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the default's help, and the commands behind it."""
        both = copy(self)
        both.params, both.help = self.default.params, self.default.help
        super(NameOrCommand, both).format_help(ctx, formatter)
