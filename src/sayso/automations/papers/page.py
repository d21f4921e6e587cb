"""A document as one HTML file that needs nothing else: pictures lie in it, and its policy lets nothing load or run."""

from base64 import b64encode
from collections.abc import Mapping
from html import escape

from sayso.automations.papers import markup
from sayso.automations.papers.markup import Attributes

Pictures = Mapping[str, tuple[str, bytes]]
"""By file id: type and content."""

STYLE = """
:root{color-scheme:light}body{margin:0;background:#f4f4f6;font:15px/1.6 Inter,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#1d1e24}
main{max-width:760px;margin:40px auto;background:#fff;border:1px solid #e4e5ea;border-radius:14px;padding:48px 56px}
h1{font-size:28px;line-height:1.2;letter-spacing:-.02em;margin:0 0 16px}h2{font-size:20px;margin:28px 0 10px}h3{font-size:16px;margin:22px 0 8px}
table{width:100%;border-collapse:collapse;margin:12px 0 20px;font-size:14px}th{text-align:left;font-weight:550;color:#5d606b}
th,td{padding:8px 12px 8px 0;border-bottom:1px solid #e4e5ea;vertical-align:top}img{max-width:100%;height:auto}
blockquote{margin:0 0 14px;padding-left:14px;border-left:3px solid #e4e5ea;color:#5d606b}hr{border:0;border-top:1px solid #e4e5ea;margin:24px 0}
pre{background:#f4f4f6;border-radius:8px;padding:12px 14px;white-space:pre-wrap}a{color:#3f4fc4}
@media print{body{background:#fff}main{border:0;margin:0;padding:0;max-width:none}}@media(max-width:640px){main{margin:0;border:0;border-radius:0;padding:24px 18px}}
"""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(html: str, *, title: str, pictures: Pictures) -> bytes:
    """Around safe HTML."""

    def with_pictures(tag: str, given: Attributes) -> Attributes | None:
        if tag != "img":
            return given
        kept = pictures.get(given.get("src", "").removeprefix("cid:"))
        return {**given, "src": f"data:{kept[0]};base64,{b64encode(kept[1]).decode()}"} if kept else None

    head = f'<meta charset="utf-8"><meta http-equiv="content-security-policy" content="{POLICY}"><meta name="viewport" content="width=device-width">'
    body = markup.rewritten(html, with_pictures)
    return f'<!doctype html><html lang="en"><head>{head}<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>'.encode()
