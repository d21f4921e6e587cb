/** The press that ended a drag is not a click: the one that the browser makes of it goes nowhere. */
const CLICK_MS = 300;

export function swallowClick(): void {
  const swallow = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
    stop();
  };
  const stop = (): void => {
    removeEventListener("click", swallow, true);
    clearTimeout(timer);
  };
  const timer = setTimeout(stop, CLICK_MS);
  addEventListener("click", swallow, true);
}
