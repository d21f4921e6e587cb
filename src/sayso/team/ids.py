"""Ids and secrets: random, url-safe, with a letter in front that says what they name."""

import secrets
import string
from typing import Literal

ALPHABET = string.ascii_lowercase + string.digits
ID_LENGTH = 12
"""36 to the power of 12 is 62 bits: nobody guesses one, and none is ever drawn twice."""

Letter = Literal[
    "w",
    "m",
    "f",
    "k",
    "d",
    "i",
    "v",
    "p",
    "a",
    "b",
    "t",
    "q",
    "u",
    "c",
    "h",
    "y",
    "g",
    "r",
    "x",
    "ok",
    "cn",
    "wh",
    "msg",
    "s",
    "pe",
    "gr",
    "ro",
    "se",
    "in",
    "sh",
    "le",
    "ac",
    "tp",
    "pk",
    "sp",
    "sk",
]


def new_id(letter: Letter) -> str:
    """`m_` members, `f_` files, `k_` tokens, `d_` drafts, `i_` imports, `w_` workspaces; of the gateway `v_` keys, `p_` providers, `a_` aliases, `b_` budgets; `t_` trials; `q_` fills;
    of co-workers `g_` conversations, `u_` turns, `c_` cards, `h_` acts, `y_` memories; `r_` runs of automations, `x_` their workers, `ok_` approvals; `cn_` connections, `wh_` webhooks out, `msg_` deliveries; `s_` syncs of connected tables;
    of the team `pe_` people, `gr_` groups, `ro_` roles of the workspace's own, `se_` sessions, `in_` invitations, `sh_` shares; `le_` letters, `ac_` copies of apps, `tp_` templates of a workspace; `pk_` passkeys, `sp_` identity providers, `sk_` our keys for them."""
    return f"{letter}_" + "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
