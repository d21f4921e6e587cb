"""Which worker of a run by several processes is given which file, and when (`--dist loadfile`).

One worker begins with what needs a browser, the other with what takes longest of the rest, and they meet in the middle, among
short files: so there are seldom two browsers at once on a small machine, and no worker waits long for the other.
"""

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

BROWSER = "tests/browser/"
TOGETHER = ("tests/isolation/", "tests/hidden/")
"""Their files share worlds that are dear to make, and go to one worker."""
SECONDS = {
    "tests/isolation/": 120, "tests/cli/test_apps.py": 60, "tests/training/test_shipped.py": 60, "tests/hidden/": 50,
    "tests/cli/test_build.py": 50, "tests/attacks/test_bad_requests.py": 40, "tests/frontend/test_pure.py": 35,
    "tests/backups/test_backup_and_restore.py": 30, "tests/attacks/test_incidents.py": 30, "tests/web/test_every_address.py": 27,
    "tests/data/test_killed_build.py": 25, "tests/web/test_drafts.py": 24, "tests/coworkers/test_injections.py": 21,
    "tests/attacks/test_rights_removed.py": 20, "tests/builder/planner/test_strangers.py": 19, "tests/web/test_apps.py": 18,
    "tests/automations/test_crashes.py": 18, "tests/data/imports/test_killed_import.py": 15, "tests/cli/test_up.py": 15,
    "tests/cli/test_setup.py": 14, "tests/cli/test_trial.py": 12, "tests/cli/test_local_models.py": 12,
    "tests/browser/test_ai_fields.py": 50, "tests/browser/test_directory_pages.py": 40, "tests/browser/test_gateway.py": 35,
    "tests/browser/test_workspace_look.py": 35, "tests/browser/views/test_views_axe.py": 30, "tests/browser/test_team.py": 28,
}  # fmt: skip
"""About as long as these take, of those that take longest. Nothing breaks when it is no longer so."""
OTHER_SECONDS = 3


def share(nodeid: str) -> str:
    """What goes to one worker as a whole: a file, or a folder whose files share a world."""
    file = nodeid.split("::", 1)[0]
    return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def place(nodeid: str) -> tuple[bool, int]:
    """Sorts shares: the browser's, longest first, then all others, shortest first."""
    browser, seconds = nodeid.startswith(BROWSER), SECONDS.get(share(nodeid), OTHER_SECONDS)
    return (not browser, -seconds if browser else seconds)


def sort(items: list[pytest.Item]) -> None:
    """The same in every worker, as they have to agree; the order within a share stays."""
    items.sort(key=lambda item: place(item.nodeid))


class FromBothEnds(LoadFileScheduling):
    """Every second worker takes from the end of the queue."""

    def _split_scope(self, nodeid: str) -> str:
        return share(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if self.nodes.index(node) % 2:
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)
