/** Charts of public pages, drawn by the workspace's own parts. Everything else of those pages is there without script. */
import { mount } from "svelte";
import "./lib/emptied";
import Told from "./public/Told.svelte";

for (const room of document.querySelectorAll<HTMLElement>("[data-figure]")) {
  const told = JSON.parse(room.querySelector("script")?.textContent ?? "null");
  if (told) mount(Told, { target: room, props: { told } });
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-figures]")) {
  const behind = button.closest(".chart")?.querySelector(".behind");
  button.addEventListener("click", () => {
    const open = behind?.classList.toggle("open") ?? false;
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "Hide the figures" : "See the figures";
  });
}
