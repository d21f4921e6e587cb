"""What this process has done, in Prometheus' text format: sums only, no names of keys, apps or people."""

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sayso.gateway.entry import Entry

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
SERIES_MAX = 5000


class Metrics:
    def __init__(self) -> None:
        self._calls: dict[tuple[str, str, int], int] = defaultdict(int)
        self._tokens: dict[tuple[str, str], int] = defaultdict(int)
        self._cost: dict[str, Decimal] = defaultdict(Decimal)
        self._seconds: dict[str, list[int]] = defaultdict(lambda: [0] * (len(SECONDS) + 1))
        self._seconds_sum: dict[str, float] = defaultdict(float)
        self.under_way = 0

    def count(self, entry: "Entry", status: int) -> None:
        """One call has ended."""
        provider = entry.route.provider.name
        if len(self._calls) < SERIES_MAX:
            self._calls[provider, entry.call.endpoint, status] += 1
        tokens = entry.tokens
        self._tokens[provider, "input"] += tokens.input
        self._tokens[provider, "output"] += tokens.output
        if entry.cost:
            self._cost[provider] += entry.cost
        place = 0
        for bound in SECONDS:
            if entry.seconds <= bound:
                break
            place += 1
        self._seconds[provider][place] += 1
        self._seconds_sum[provider] += entry.seconds

    def text(self, *, ledger_away: bool) -> bytes:
        lines = ["# HELP sayso_calls_total Calls that have ended.", "# TYPE sayso_calls_total counter"]
        for (provider, endpoint, status), count in sorted(self._calls.items()):
            lines.append(
                f'sayso_calls_total{{provider="{_said(provider)}",endpoint="{_said(endpoint)}",status="{status}"}} {count}'
            )
        lines += ["# HELP sayso_tokens_total Tokens, as upstreams told.", "# TYPE sayso_tokens_total counter"]
        for (provider, kind), count in sorted(self._tokens.items()):
            lines.append(f'sayso_tokens_total{{provider="{_said(provider)}",kind="{kind}"}} {count}')
        lines += ["# HELP sayso_cost_dollars_total What the calls have cost.", "# TYPE sayso_cost_dollars_total counter"]
        lines += [f'sayso_cost_dollars_total{{provider="{_said(p)}"}} {cost:f}' for p, cost in sorted(self._cost.items())]
        lines += [
            "# HELP sayso_call_seconds Time from the request to the end of its answer.",
            "# TYPE sayso_call_seconds histogram",
        ]
        for provider, counts in sorted(self._seconds.items()):
            name, so_far = _said(provider), 0
            for bound, count in zip((*SECONDS, "+Inf"), counts, strict=True):
                so_far += count
                lines.append(f'sayso_call_seconds_bucket{{provider="{name}",le="{bound}"}} {so_far}')
            lines.append(f'sayso_call_seconds_sum{{provider="{name}"}} {self._seconds_sum[provider]:.3f}')
            lines.append(f'sayso_call_seconds_count{{provider="{name}"}} {so_far}')
        lines += ["# HELP sayso_calls_under_way Calls that are being answered.", "# TYPE sayso_calls_under_way gauge"]
        lines.append(f"sayso_calls_under_way {self.under_way}")
        lines += ["# HELP sayso_ledger_waits Whether the ledger waits for PostgreSQL.", "# TYPE sayso_ledger_waits gauge"]
        lines.append(f"sayso_ledger_waits {int(ledger_away)}")
        return ("\n".join(lines) + "\n").encode()


def _said(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
