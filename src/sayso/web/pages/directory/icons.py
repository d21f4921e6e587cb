"""The icons of the directory's pages: strokes of 24 by 24, drawn into the page, so that nothing is fetched for them."""

from functools import cache

from markupsafe import Markup

PATHS = {
    "alert": '<path d="M12 4.5l8.5 15h-17z"/><path d="M12 10v4.5M12 17v.01"/>',
    "arrow-down": '<path d="M12 5v14M6 13l6 6 6-6"/>',
    "arrow-right": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "arrow-up": '<path d="M12 19V5M6 11l6-6 6 6"/>',
    "calendar": '<rect x="4" y="5.5" width="16" height="14.5" rx="2"/><path d="M4 10.2h16M8.2 3.5v4M15.8 3.5v4"/>',
    "check": '<path d="M5 12.6l4.4 4.4L19 7.4"/>',
    "chevron-down": '<path d="M6.5 9.5l5.5 5.5 5.5-5.5"/>',
    "chevron-right": '<path d="M9.5 6.5l5.5 5.5-5.5 5.5"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>',
    "code": '<path d="M8.5 7.5L4 12l4.5 4.5M15.5 7.5L20 12l-4.5 4.5"/>',
    "copy": '<rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2"/><path d="M15.5 5.5a1.5 1.5 0 0 0-1.5-1.5H5.5A1.5 1.5 0 0 0 4 5.5V14a1.5 1.5 0 0 0 1.5 1.5"/>',
    "dollar": '<path d="M12 3.5v17M16.5 7.5C15.5 6 14 5.5 12 5.5c-2.5 0-4.5 1.2-4.5 3.2 0 4.6 9.3 2 9.3 6.7 0 2-2 3.2-4.8 3.2-2.3 0-4-.7-5-2.3"/>',
    "download": '<path d="M12 4v11M7 10.5l5 5 5-5M5 20h14"/>',
    "film": '<rect x="4" y="5" width="16" height="14" rx="2"/><path d="M8.5 5v14M15.5 5v14M4 12h16"/>',
    "flask": '<path d="M9 4h6M10.3 4v6L5.2 18.6a1.2 1.2 0 0 0 1 1.9h11.6a1.2 1.2 0 0 0 1-1.9L13.7 10V4M8 15h8"/>',
    "grid": '<rect x="4" y="4" width="6.5" height="6.5" rx="1.5"/><rect x="13.5" y="4" width="6.5" height="6.5" rx="1.5"/><rect x="4" y="13.5" width="6.5" height="6.5" rx="1.5"/><rect x="13.5" y="13.5" width="6.5" height="6.5" rx="1.5"/>',
    "history": '<path d="M4.2 12a7.8 7.8 0 1 0 2.3-5.5L4 9M4 4.5V9h4.5M12 8v4.2l3 1.8"/>',
    "image": '<rect x="4" y="5" width="16" height="14" rx="2"/><circle cx="9" cy="10" r="1.5"/><path d="M5 17.5l5-4.5 3.5 3 2.5-2 4 3.5"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8v.01"/>',
    "layers": '<path d="M12 4l8 4.5-8 4.5-8-4.5zM4 13l8 4.5 8-4.5"/>',
    "lines": '<path d="M4 7h16M4 12h16M4 17h9"/>',
    "mic": '<rect x="9" y="3.5" width="6" height="10.5" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v2.5"/>',
    "minus": '<path d="M5 12h14"/>',
    "page": '<path d="M6.5 3.5h7L18.5 8.5v12h-12zM13.5 3.5v5h5M9.5 13h6M9.5 16.5h6"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "rss": '<path d="M5 5.5A13.5 13.5 0 0 1 18.5 19M5 11.5A7.5 7.5 0 0 1 12.5 19"/><circle cx="6" cy="18" r="1"/>',
    "scale": '<path d="M12 4v16M7 20h10M5 7.5h14M5 7.5l-2.5 6a2.8 2.8 0 0 0 5 0zM19 7.5l-2.5 6a2.8 2.8 0 0 0 5 0z"/>',
    "search": '<circle cx="11" cy="11" r="6.2"/><path d="M15.7 15.7l4.3 4.3"/>',
    "shield": '<path d="M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6z"/>',
    "sort": '<path d="M7 5v14M3.5 15.5L7 19l3.5-3.5M13 7h7M13 12h5M13 17h3"/>',
    "speaker": '<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11"/>',
    "text": '<path d="M5 7.5V5h14v2.5M12 5v14M9.5 19h5"/>',
    "x": '<path d="M6.5 6.5l11 11M17.5 6.5l-11 11"/>',
}


@cache
def icon(name: str, kind: str = "") -> Markup:
    """An icon that says nothing by itself; the words beside it do. `kind` is `s` or `l` for another size."""
    return Markup(f'<svg class="icon {kind}" viewBox="0 0 24 24" aria-hidden="true">{PATHS[name]}</svg>'.replace(' "', '"'))
