"""Webhooks in: the public address of an automation.

verify.py     who may call: signatures and secrets, over the bytes as they came
delivery.py   what was sent: its body, its headers, and what makes two deliveries the same one
hooks.py      deliveries taken in, many in one commit, each beginning at most one run
answers.py    what the caller is told
secrets.py    the secret that callers prove themselves with, sealed; the address, made anew
"""

from sayso.automations.hooks.delivery import Delivery
from sayso.automations.hooks.hooks import Hooks, Taken

__all__ = ["Delivery", "Hooks", "Taken"]
