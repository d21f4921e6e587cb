// What a sign-in page cannot do without a script: ask for a passkey, and show a password. Everything else is a form.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)).buffer;
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function ask(address, body) {
  const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.problems?.[0] ? `This ${said.problems[0].reason}.` : said.detail);
  return said;
}

async function credential(address) {
  const options = await ask(`${address}/challenge`, {});
  const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials), excludeCredentials: known(options.excludeCredentials) };
  if (!options.user) return navigator.credentials.get({ publicKey });
  return navigator.credentials.create({ publicKey: { ...publicKey, user: { ...options.user, id: bytes(options.user.id) } } });
}

function told(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (made.response[name]) response[name] = text(made.response[name]);
  if (made.response.getTransports) response.transports = made.response.getTransports();
  return { id: made.id, rawId: text(made.rawId), type: made.type, response };
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) break;
  place.hidden = false;
  const button = place.querySelector("button"), problem = place.querySelector(".problem");
  button.addEventListener("click", async () => {
    problem.textContent = "";
    button.setAttribute("aria-busy", "true");
    try {
      const made = await credential(place.dataset.passkey);
      const to = new URLSearchParams(location.search).get("to") ?? "/";
      location.assign((await ask(place.dataset.passkey, { credential: told(made), to })).to);
    } catch (error) {
      problem.textContent = error.name === "NotAllowedError" ? "Nothing was shown. Try once more, or come in another way." : error.message;
    }
    button.removeAttribute("aria-busy");
  });
}
if (window.PublicKeyCredential) for (const line of document.querySelectorAll("[data-with-passkey]")) line.hidden = false;

for (const button of document.querySelectorAll("[data-shows]")) {
  const field = button.parentElement.querySelector("input");
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
}
