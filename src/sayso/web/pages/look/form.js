// The form works without this. With it, the first problem has the focus and nothing is sent twice.
document.querySelector('[aria-invalid="true"]')?.focus();
document.querySelector("form")?.addEventListener("submit", ({ target }) => {
  setTimeout(() => target.querySelector("button").setAttribute("aria-disabled", "true"));
});
addEventListener("pageshow", () => document.querySelector("form button")?.removeAttribute("aria-disabled"));
