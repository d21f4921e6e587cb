"""Sends signed webhooks from a process of its own: `python -m bench.automated.sender URL SECRET MANY CONNECTIONS RATE PREFIX`.

With a RATE (a second) each delivery has its moment, and its time counts from then on, however late it could be sent; with 0 each connection
sends its next when it has its answer. PREFIX begins the ids; one that ends in `=` is the id of all. Prints one JSON line. Signatures as
Standard Webhooks 1.0 says.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

import uvloop


@dataclass
class Sender:
    url: str
    secret: str
    many: int
    rate: float
    prefix: str
    statuses: Counter[str] = field(default_factory=Counter[str])
    times: list[float] = field(default_factory=list[float])
    began: float = 0.0

    async def all(self, connections: int) -> None:
        numbers = count()
        address = urlsplit(self.url)
        opened = [await asyncio.open_connection(address.hostname, address.port) for _ in range(connections)]
        self.began = time.perf_counter()
        await asyncio.gather(*(self._some(numbers, *one) for one in opened))

    async def _some(self, numbers: "count[int]", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (n := next(numbers)) < self.many:
            moment = time.perf_counter()
            if self.rate:
                moment = self.began + n / self.rate
                await asyncio.sleep(max(0.0, moment - time.perf_counter()))
            writer.write(self._request(n))
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
            self.times.append(time.perf_counter() - moment)
            self.statuses[head.split(b" ")[1].decode() + (" again" if b"duplicate" in body else "")] += 1
        writer.close()

    def _request(self, n: int) -> bytes:
        id = self.prefix if self.prefix.endswith("=") else f"{self.prefix}{n}"
        body = json.dumps(
            {"type": "order.paid", "order": id, "name": f"Otto {n}", "lines": [{"sku": "A-1", "count": 2}]}
        ).encode()
        stamp = str(int(time.time())).encode()
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        proof = base64.b64encode(hmac.new(key, b"%b.%b.%b" % (id.encode(), stamp, body), hashlib.sha256).digest())
        address = urlsplit(self.url)
        head = f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nwebhook-id: {id}\r\n"
        return head.encode() + b"webhook-timestamp: %b\r\nwebhook-signature: v1,%b\r\n\r\n" % (stamp, proof) + body

    def told(self) -> str:
        times = sorted(self.times)
        seconds = time.perf_counter() - self.began
        at = {f"p{n}": times[min(len(times) - 1, len(times) * n // 100)] for n in (50, 95, 99)}
        return json.dumps({"statuses": self.statuses, "seconds": seconds, **at, "worst": times[-1], "cpu": time.process_time()})


def main(url: str, secret: str, many: str, connections: str, rate: str, prefix: str) -> None:
    sender = Sender(url, secret, int(many), float(rate), prefix)
    uvloop.run(sender.all(int(connections)))
    sys.stdout.write(sender.told() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
