"""An e-mail's HTML: quiet, readable in every program that reads mail, also without its styles.

Styles stand on the tags themselves and the frame is a table, since many of those programs know nothing else.
"""

from html import escape

from sayso.automations.charts.drawing import oklch
from sayso.automations.papers import markup
from sayso.automations.papers.markup import Attributes

FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Inter,Roboto,Helvetica,Arial,sans-serif"
WIDTH_PIXELS = 600

_INK, _QUIET, _LINE, _GROUND = "#1d1e24", "#5d606b", "#e4e5ea", "#f4f4f6"
_TEXT = f"font-size:15px;line-height:1.55;color:{_INK}"
STYLES = {
    "p": f"margin:0 0 14px;{_TEXT}",
    "div": f"{_TEXT}",
    "h1": f"margin:4px 0 12px;font-size:22px;line-height:1.25;letter-spacing:-.02em;font-weight:650;color:{_INK}",
    "h2": f"margin:22px 0 10px;font-size:17px;line-height:1.3;font-weight:650;color:{_INK}",
    "h3": f"margin:18px 0 8px;font-size:15px;line-height:1.35;font-weight:650;color:{_INK}",
    "ul": f"margin:0 0 14px;padding:0 0 0 22px;{_TEXT}",
    "ol": f"margin:0 0 14px;padding:0 0 0 22px;{_TEXT}",
    "li": "margin:0 0 4px",
    "table": f"width:100%;border-collapse:collapse;margin:4px 0 18px;font-size:14px;line-height:1.4;color:{_INK}",
    "th": f"text-align:left;font-weight:550;color:{_QUIET};padding:6px 10px 6px 0;border-bottom:1px solid {_LINE};white-space:nowrap",
    "td": f"padding:8px 10px 8px 0;border-bottom:1px solid {_LINE};vertical-align:top",
    "blockquote": f"margin:0 0 14px;padding:2px 0 2px 14px;border-left:3px solid {_LINE};color:{_QUIET}",
    "pre": f"margin:0 0 14px;padding:12px 14px;background:{_GROUND};border-radius:8px;font-size:13px;line-height:1.5;white-space:pre-wrap",
    "code": "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px",
    "hr": f"border:0;border-top:1px solid {_LINE};margin:20px 0",
    "img": "display:block;max-width:100%;height:auto;margin:6px 0 16px;border:0",
}


def letter(html: str, *, title: str, footer: str, hue: int = 262) -> str:
    """A whole HTML document around safe HTML. `footer` says who sent this and why, as text."""
    accent = "#{:02x}{:02x}{:02x}".format(*oklch(0.508, 0.188, hue))
    body = markup.rewritten(html, lambda tag, given: _styled(tag, given, accent))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta name="color-scheme" content="light"><title>{escape(title)}</title></head>'
        f'<body style="margin:0;padding:0;background:{_GROUND};font-family:{FONT}">'
        f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:{_GROUND}"><tr><td align="center" style="padding:28px 12px">'
        f'<table role="presentation" width="{WIDTH_PIXELS}" cellpadding="0" cellspacing="0" style="width:100%;max-width:{WIDTH_PIXELS}px">'
        f'<tr><td style="background:#ffffff;border:1px solid {_LINE};border-radius:12px;padding:28px 32px 20px;font-family:{FONT};{_TEXT}">{body}</td></tr>'
        f'<tr><td style="padding:16px 32px;font-family:{FONT};font-size:12px;line-height:1.5;color:{_QUIET}">{escape(footer)}</td></tr>'
        "</table></td></tr></table></body></html>"
    )


def _styled(tag: str, given: Attributes, accent: str) -> Attributes | None:
    if tag == "img" and not given.get("src"):
        return None
    own = given.get("style", "")
    ours = f"color:{accent}" if tag == "a" else STYLES.get(tag, "")
    return {**given, "style": ";".join(filter(None, (ours, own)))} if ours or own else given


def button(label: str, address: str, *, hue: int = 262) -> str:
    """A link that looks like something to press, as safe HTML with its own style."""
    accent = "#{:02x}{:02x}{:02x}".format(*oklch(0.508, 0.188, hue))
    style = f"display:inline-block;padding:10px 18px;background:{accent};color:#ffffff;border-radius:8px;text-decoration:none;font-weight:600"
    return f'<p style="{STYLES["p"]}"><a href="{escape(address)}" style="{style}">{escape(label)}</a></p>'
