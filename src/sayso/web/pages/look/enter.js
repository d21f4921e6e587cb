// Signs in without a second click. Previews and prefetches never get here: they do not show the page.
const enter = () => {
  if (document.visibilityState !== "visible" || document.prerendering) return;
  document.querySelector("form")?.requestSubmit();
};
document.addEventListener("visibilitychange", enter, { once: true });
document.addEventListener("prerenderingchange", enter, { once: true });
enter();
