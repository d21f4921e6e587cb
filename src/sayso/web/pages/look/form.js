// A public form. The first problem has the focus, nothing is sent twice, and a check against robots runs unseen while somebody writes.
import { solved } from "/look/solver.js";

const FRESH_MILLISECONDS = 50 * 60 * 1000;
const form = document.querySelector("form[data-challenge]");
const button = form?.querySelector(".send button");
const said = form?.querySelector("[data-said]");
const answer = form?.elements.namedItem("_challenge");
const SOLVER = "/look/solver.js";
const trusted = globalThis.trustedTypes?.createPolicy("solver", { createScriptURL: (url) => (url === SOLVER ? url : "") });
let solving, begun = 0, sending = false;

document.querySelector('[aria-invalid="true"]')?.focus();

function beside(parameters) {
  return new Promise((done, failed) => {
    const worker = new Worker(trusted?.createScriptURL(SOLVER) ?? SOLVER, { type: "module" });
    worker.onmessage = ({ data }) => (worker.terminate(), data ? done(data) : failed(new Error("unsolved")));
    worker.onerror = () => (worker.terminate(), failed(new Error("no worker")));
    worker.postMessage(parameters);
  });
}

async function work() {
  const asked = await fetch(form.dataset.challenge, { headers: { accept: "application/json" } });
  if (!asked.ok) throw new Error("no challenge");
  const challenge = await asked.json();
  const here = () => solved(challenge.parameters, () => new Promise((go) => setTimeout(go)));
  const solution = await beside(challenge.parameters).catch(here);
  return btoa(JSON.stringify({ challenge, solution }));
}

function ready() {
  if (!solving || Date.now() - begun > FRESH_MILLISECONDS) {
    begun = Date.now();
    solving = work();
    solving.catch(() => { solving = undefined; });
  }
  return solving;
}

async function send(event) {
  event.preventDefault();
  if (sending) return;
  sending = true;
  button.setAttribute("aria-disabled", "true");
  const slow = setTimeout(() => { said.textContent = "One moment…"; }, 300);
  try {
    answer.value = await ready();
    solving = undefined;
    form.submit();
  } catch {
    sending = false;
    button.removeAttribute("aria-disabled");
    said.textContent = "The check against robots did not work. Press the button once more.";
  } finally {
    clearTimeout(slow);
  }
}

if (form) {
  for (const kind of ["focusin", "pointerdown", "change"]) form.addEventListener(kind, () => ready().catch(() => {}), { once: true });
  form.addEventListener("submit", send);
  addEventListener("pageshow", () => {
    sending = false;
    said.textContent = "";
    button.removeAttribute("aria-disabled");
  });
}

// What was chosen stands beside the place where files are dropped.
for (const drop of document.querySelectorAll(".drop input[type=file]")) {
  const names = drop.closest(".drop").querySelector("[data-files]");
  drop.addEventListener("change", () => {
    names.replaceChildren(...[...drop.files].map((file) => Object.assign(document.createElement("span"), { className: "badge", textContent: file.name })));
  });
  drop.closest(".drop").addEventListener("dragover", (event) => event.preventDefault());
  drop.closest(".drop").addEventListener("drop", (event) => {
    event.preventDefault();
    drop.files = event.dataTransfer.files;
    drop.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
