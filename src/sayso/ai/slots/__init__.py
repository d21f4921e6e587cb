"""The places where models are plugged in: what stands behind each, what uses it, what another model would mean, and switching.

A slot is the app's own (`reply_writer`), or one of the four that every workspace has (`text`, `vision`, `image`, `embedding`), which an
app may override. It resolves app → workspace → built in.
"""

from sayso.ai.slots.plug import Plug, natural, resolve
from sayso.ai.slots.preview import Preview, preview, preview_of_workspace
from sayso.ai.slots.standing import Standing, standing
from sayso.ai.slots.switch import NAMES, change_of, switch, switch_workspace
from sayso.ai.slots.uses import Use, uses, workspace_uses

__all__ = [
    "NAMES", "Plug", "Preview", "Standing", "Use", "change_of", "natural", "preview", "preview_of_workspace", "resolve", "standing", "switch", "switch_workspace",
    "uses", "workspace_uses",
]  # fmt: skip
