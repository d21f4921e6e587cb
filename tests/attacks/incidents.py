"""Published incidents of others, and what replays each against Sayso: the test that would fail if it were so here too.

Most are done again in `test_replayed_*.py`, by what the attacker did there at the nearest door here (`@replays`). The ones below are done again
beside what they are about.
"""

from tests.attacks import test_replayed_code, test_replayed_doors, test_replayed_objects, test_slow_patterns
from tests.attacks.replaying import REPLAYS

ELSEWHERE = {
    "tests/connections/test_forbidden_targets.py::test_redirects": "CVE-2026-45401",
    "tests/connections/test_http.py::test_a_redirect_elsewhere_gets_no_secret": "CVE-2026-73407 CVE-2026-48152 GHSA-5q4v",
    "tests/isolation/test_named_inside.py::test_what_the_server_sets_is_not_for_a_body_to_say": "CVE-2026-45716",
    "tests/web/test_forms.py::test_what_the_form_does_not_ask_is_not_taken": "CVE-2026-30822",
    "tests/connections/test_sql.py::test_what_a_stranger_sends_is_one_value": "CVE-2026-72851",
    "tests/attacks/test_rights_removed.py::test_what_was_taken_away_is_gone": "CVE-2026-46424 GHSA-r5v4-cxh9-7qhq",
    "tests/isolation/test_route_guards.py::test_no_trick_lets_a_stranger_in": "CVE-2026-31816 CVE-2026-41428",
    "tests/web/test_signing_in.py::test_a_reset_link_comes_from_our_own_address_and_ends_what_was_open": "CVE-2026-22794 GHSA-j9gf-vw2f-9hrw",
    "tests/web/test_signing_in.py::test_seven_bad_tokens_reset_nothing": "GHSA-f6hc-c5jr-878p",
    "tests/web/test_signing_in.py::test_known_and_unknown_get_the_same_answer": "CVE-2026-28358",
    "tests/web/test_signing_in.py::test_of_two_hundred_wrong_tries_few_reach_the_hash": "Windmill-PR-8601",
    "tests/web/sso/test_oidc.py::test_a_bad_token_lets_nobody_in": "CVE-2026-28802 CVE-2026-27962 CVE-2026-28498 CVE-2025-59420",
    "tests/web/sso/test_oidc.py::test_an_address_nobody_stands_for_makes_nobody_of_ours": "CVE-2026-44166 CVE-2024-38351",
    "tests/security/test_placeholders.py::test_the_server_does_not_start_with_one": "CVE-2023-27524",
    "tests/security/test_uploads.py::test_forty_files_are_saved_and_never_shown": "CVE-2026-24769 CVE-2026-126269 CVE-2026-33749 CVE-2026-110849 CVE-2026-25737",
    "tests/coworkers/test_rendering.py::test_a_leak_fails": "CVE-2025-32711",
    "tests/coworkers/test_injections.py::test_orders_in_what_is_read_achieve_nothing": "Supabase-MCP-2025",
    "tests/coworkers/test_injections.py::test_what_destroys_is_never_done_without_naming_what_is_lost": "Replit-2025-07",
    "tests/security/test_hostile_requests.py::test_many_parts_are_refused": "CVE-2026-42561",
    "tests/web/test_hooks.py::test_only_what_is_signed_is_let_in_and_once": "Windmill-PR-8596",
    "tests/web/test_hooks.py::test_without_a_secret_nobody_is_let_in_and_a_new_one_ends_the_old": "CVE-2026-21894",
    "tests/connections/test_http.py::test_what_is_said_back_is_masked": "GHSA-vrv8-j27g-g7cr",
    "tests/web/test_forms.py::test_unsolved_reused_and_foreign_challenges_add_nothing_on_either_path": "CVE-2026-115480",
    "tests/connections/test_mcp.py::test_a_program_on_the_host_is_named_by_the_operator_alone": "CVE-2026-40933 CVE-2025-59528",
    "tests/connections/test_mcp.py::test_a_tool_that_says_something_else_is_blocked_until_it_is_approved_again": "MCP-rug-pull-2025",
    "tests/gateway/test_budgets.py::test_two_hundred_at_once_overspend_by_nothing": "LiteLLM-34732 LiteLLM-26672",
    "tests/gateway/test_budgets.py::test_calls_without_a_price_are_not_let_through_a_budget": "floe-guard-119",
    "tests/gateway/test_budgets.py::test_the_budgets_of_app_person_and_workspace_all_count": "buttercup-550",
}  # fmt: skip
"""By test, the incidents that it does again."""
ASKED = (test_replayed_code, test_replayed_doors, test_replayed_objects, test_slow_patterns)
REPLAYED = {**REPLAYS, **ELSEWHERE}

NOT_HERE = {
    "CVE-2025-68668 CVE-2026-120338 CVE-2026-49444 GHSA-gj6h-vw66-mr8f": "there is no step with people's Python or JavaScript, and so no sandbox to leave",
    "CVE-2024-55964": "no database server of others is shipped beside it, and the embedded one listens on a socket of files",
}  # fmt: skip
"""What there is nothing of here that it could be done to, and why."""
