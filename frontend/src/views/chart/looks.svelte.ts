/** The page's tokens as plain colours, for a canvas that knows neither custom properties nor light-dark. */
import { onMount } from "svelte";
import type { Looks } from "./option";

const TOKENS = { ink: "--ink", ink2: "--ink-2", ink3: "--ink-3", line: "--line", line2: "--line-2", surface: "--surface" } as const;
const SERIES = ["--s1", "--s2", "--s3", "--s4", "--s5", "--s6"];

/** `oklch(…)` as `rgb(…)`: painted on one pixel and read back. */
function painter(): (colour: string) => string {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  return (colour) => {
    if (!pen) return colour;
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return `rgba(${r}, ${g}, ${b}, ${((a ?? 255) / 255).toFixed(3)})`;
  };
}

function read(scheme = ""): Looks {
  const probe = document.createElement("span");
  probe.style.colorScheme = scheme;
  // Where motion is reduced every property has a very short transition; a colour read in its midst is the one before.
  probe.style.setProperty("transition", "none", "important");
  document.body.append(probe);
  const paint = painter();
  const token = (name: string): string => {
    probe.style.color = `var(${name})`;
    return paint(getComputedStyle(probe).color);
  };
  const colours = Object.fromEntries(Object.entries(TOKENS).map(([key, name]) => [key, token(name)])) as Record<keyof typeof TOKENS, string>;
  probe.className = "tip";
  probe.style.color = "";
  const tip = getComputedStyle(probe);
  const looks: Looks = { ...colours, tip: paint(tip.backgroundColor), onTip: paint(tip.color), series: [], font: getComputedStyle(document.body).fontFamily };
  probe.className = "";
  const series = SERIES.map(token);
  probe.remove();
  return { ...looks, series };
}

/** As the page looks on paper, whatever it looks like now. */
export const onPaper = (): Looks => read("light");

/** Colours that follow the theme and the workspace's hue while a component lives. */
export function liveLooks(): { readonly current: Looks | null } {
  let current = $state.raw<Looks | null>(null);
  onMount(() => {
    const again = (): void => void (current = read());
    again();
    const watcher = new MutationObserver(again);
    watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "style"] });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", again);
    return () => {
      watcher.disconnect();
      dark.removeEventListener("change", again);
    };
  });
  return {
    get current() {
      return current;
    },
  };
}
