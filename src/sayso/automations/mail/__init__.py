"""E-mail that starts automations: read from mailboxes, or taken in at a door of our own.

arrived.py     one e-mail, and the run that it begins: once for its Message-ID
mailboxes.py   mailboxes of connections, looked at in turns
door.py        an SMTP listener that takes mail for automations' own addresses, and passes nothing on
"""

from sayso.automations.mail.door import MailDoor
from sayso.automations.mail.mailboxes import Mailboxes

__all__ = ["MailDoor", "Mailboxes"]
