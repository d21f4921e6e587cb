// Before anything is painted: the theme, density and hue that this browser saw last.
(() => {
  try {
    const look = JSON.parse(localStorage.getItem("sayso.look") ?? "{}");
    const root = document.documentElement;
    if (look.theme === "light" || look.theme === "dark") root.dataset.theme = look.theme;
    if (look.density) root.dataset.density = look.density;
    if (Number.isFinite(look.hue)) root.style.setProperty("--hue", look.hue);
  } catch {
    // storage is off: the system's choice stands
  }
})();
