/** Markdown as a tree of plain values, drawn by `parts/Markdown.svelte`. No HTML, no pictures: a text can never run or fetch anything. */

export type Inline =
  | { is: "text"; text: string }
  | { is: "strong" | "em" | "del"; of: Inline[] }
  | { is: "code"; text: string }
  | { is: "link"; href: string; of: Inline[] }
  /** A member or a group that is named: `@[Ana Kovač](m_…)`. */
  | { is: "mention"; id: string; name: string };
export type Block =
  | { is: "paragraph"; of: Inline[] }
  | { is: "heading"; level: number; of: Inline[] }
  | { is: "list"; ordered: boolean; items: Inline[][] }
  | { is: "quote"; of: Inline[] }
  | { is: "code"; text: string }
  | { is: "line" };

const LINES_MAX = 2_000;
const INLINE = /@\[([^\[\]\\\n]{1,200})\]\(((?:m|gr)_[A-Za-z0-9_-]{1,80})\)|`([^`]+)`|\*\*(.+?)\*\*|__(.+?)__|~~(.+?)~~|\*(\S(?:.*?\S)?)\*|\[([^\]]+)\]\((https?:\/\/[^\s)]+|mailto:[^\s)]+)\)|(https?:\/\/[^\s<>"')\]]+)/;

export function inline(text: string, depth = 0): Inline[] {
  const out: Inline[] = [];
  let rest = text;
  for (let found = depth < 6 ? INLINE.exec(rest) : null; found; found = INLINE.exec(rest)) {
    if (found.index) out.push({ is: "text", text: rest.slice(0, found.index) });
    const [whole, name, id, code, strong, strong2, del, em, label, href, bare] = found;
    if (name && id) out.push({ is: "mention", id, name });
    else if (code !== undefined) out.push({ is: "code", text: code });
    else if (strong ?? strong2) out.push({ is: "strong", of: inline(strong ?? strong2 ?? "", depth + 1) });
    else if (del) out.push({ is: "del", of: inline(del, depth + 1) });
    else if (em) out.push({ is: "em", of: inline(em, depth + 1) });
    else if (label && href) out.push({ is: "link", href, of: inline(label, depth + 1) });
    else if (bare) out.push({ is: "link", href: bare, of: [{ is: "text", text: bare }] });
    rest = rest.slice(found.index + whole.length);
  }
  if (rest) out.push({ is: "text", text: rest });
  return out;
}

export function blocks(text: string): Block[] {
  const lines = text.replace(/\r\n?/g, "\n").split("\n").slice(0, LINES_MAX);
  const out: Block[] = [];
  let words: string[] = [];
  const flush = () => {
    if (words.length) out.push({ is: "paragraph", of: inline(words.join("\n")) });
    words = [];
  };
  for (let n = 0; n < lines.length; n++) {
    const line = lines[n] ?? "";
    const heading = /^(#{1,4})\s+(.+)/.exec(line);
    const item = /^\s*(?:([-*+])|(\d{1,4})[.)])\s+(.*)/.exec(line);
    if (line.startsWith("```")) {
      flush();
      const code: string[] = [];
      while (++n < lines.length && !lines[n]?.startsWith("```")) code.push(lines[n] ?? "");
      out.push({ is: "code", text: code.join("\n") });
    } else if (!line.trim()) flush();
    else if (/^(-{3,}|\*{3,})$/.test(line.trim())) flush(), out.push({ is: "line" });
    else if (heading) flush(), out.push({ is: "heading", level: heading[1]!.length, of: inline(heading[2]!) });
    else if (item) {
      flush();
      const ordered = item[2] !== undefined;
      const last = out.at(-1);
      if (last?.is === "list" && last.ordered === ordered && lines[n - 1]?.trim()) last.items.push(inline(item[3]!));
      else out.push({ is: "list", ordered, items: [inline(item[3]!)] });
    } else if (line.startsWith(">")) flush(), out.push({ is: "quote", of: inline(line.replace(/^>\s?/, "")) });
    else words.push(line);
  }
  flush();
  return out;
}

/** A text in pieces: words, and the numbers of the sources that stand in brackets. */
export function cited(text: string): (string | number)[] {
  return text.split(/\[(\d{1,4})\]/).map((piece, n) => (n % 2 ? Number(piece) : piece)).filter((piece) => piece !== "");
}

/** The words alone, on one line: for cells. */
export function plain(text: string): string {
  return text.replace(/```[^\n]*\n?/g, " ").replace(/^[#>\s]+|^\s*[-*+]\s+/gm, "").replace(/\*\*|__|~~|`/g, "").replace(/@\[([^\]]+)\]\((?:m|gr)_[^)]+\)/g, "@$1").replace(/\[([^\]]+)\]\([^)]+\)/g, "$1").replace(/\s+/g, " ").trim();
}
