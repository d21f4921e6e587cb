"""The isolation matrix: every door of Sayso × everybody who has no business behind it.

There are two workspaces, Northlight (A) and Blackwater (B), with one of everything each (`seeds.py`). Every address of the OpenAPI
file and of `web/routes.py`, every endpoint of `/v1`, every tool of `/mcp` and every message of the WebSocket is asked with the ids of
B by nobody, by A's viewer, member, builder and owner, by a guest of B without a grant, by a share link of B, and by a token and a
session of B's owner that were withdrawn. What B keeps to itself holds the words of `worlds.Words`: none of them may be in any answer,
and B's part of the database has to be the same to the byte afterwards.

**A new address fails here until it has its row.** That takes, in this order and mostly one line:

1. a body in `BODIES` of `tests/web/test_every_address.py` (and a line in `MINE` there when the address names nothing of a workspace);
2. when its path has a new parameter: a thing of that kind in both workspaces. Write a function in `seeds.py` that makes it through the
   API (or inserts it) with `w.words.secret` in what it says, gives `{"parameter": its id}`, and stands in `SEEDS`. A parameter that
   is called `id` is known by the segment before it: `/api/shares/{id}` is `shares`. The same parameter with another meaning
   elsewhere is told as `"/api/shares/{id}:token"`;
3. when its body names things by ids: nothing, where the example names them under the usual names (`app`, `file`, `members`, …: they are put
   there by themselves); else a body of its own in `bodies.NESTED`;
4. for a page of `PUBLIC`: a line in `pages.PAGES`, which says what strangers may have there.
"""
