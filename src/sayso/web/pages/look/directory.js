// Everything works without this. With it: / goes to the search, menus close when one leaves them, at most four models are picked.
const search = document.querySelector('input[type="search"]');
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select");
  if (event.key === "/" && !typing && search) {
    event.preventDefault();
    search.focus();
  }
  if (event.key === "Escape") {
    const open = document.querySelector(".pop[open]");
    open?.removeAttribute("open");
    open?.querySelector("summary").focus();
  }
});
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".pop[open]")) if (!menu.contains(event.target)) menu.removeAttribute("open");
});
const picks = document.querySelector(".picks");
const count = () => {
  const boxes = [...picks.querySelectorAll('input[name="m"]')];
  const chosen = boxes.filter((box) => box.checked).length;
  const told = picks.querySelector(".chosen");
  const text = chosen ? String(chosen) : "";
  if (told.textContent !== text) told.textContent = text; // writing the same again would draw the whole table anew
  for (const box of boxes) {
    const full = !box.checked && chosen >= 4;
    if (box.disabled !== full) box.disabled = full;
  }
};
picks?.addEventListener("change", count);
if (picks) addEventListener("pageshow", count);
