// A log form is sent by fetch: where no answer comes it says so and sends the same again, under the
// same key, until there is one. What is typed stays in the page alone, and on the server as a draft.
import { settle } from "./said.js";

const PATIENCE = 20_000;
const AGAIN = new Set([408, 425, 429, 502, 503, 504]);

export function sendLogs(page) {
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-log]") || event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "yes";
    send(form, event.submitter).finally(() => delete form.dataset.sending);
  });
}

async function send(form, submitter) {
  let body = null;
  for (let tries = 0; ; tries += 1) {
    const line = form.querySelector(".unsaved");
    let answer = null;
    try {
      if (!body) await settle(form);
      body ??= new URLSearchParams(new FormData(form, submitter));
      answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) });
    } catch {
      answer = null;
    }
    if (answer && !AGAIN.has(answer.status)) return received(form, line, answer);
    freeze(form, true);
    say(line, answer ? line.dataset.busy : line.dataset.lost);
    await pause(line, Math.min(30, 2 ** tries) * 1000);
  }
}

async function received(form, line, answer) {
  if (answer.redirected || answer.status === 400 || answer.status === 401) {
    freeze(form, false);
    line.querySelector("button").hidden = true;
    return say(line, line.dataset.out);
  }
  form.dispatchEvent(new CustomEvent("saved", { bubbles: true }));
  if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
    location.assign((await answer.json()).goes_to);
    return new Promise(() => {}); // the page is on its way out
  }
  show(await answer.text());
}

// The page with what is wrong, in place of this one: its address stays, so it can be loaded again.
function show(text) {
  const came = new DOMParser().parseFromString(text, "text/html");
  const main = document.importNode(came.querySelector("main"), true);
  document.querySelector("main").replaceWith(main);
  document.title = came.title;
  document.dispatchEvent(new CustomEvent("renewed", { detail: main }));
  (main.querySelector("[autofocus]") ?? main).focus();
}

function freeze(form, on) {
  for (const part of form.children) if (!part.matches(".unsaved")) part.inert = on;
}

function say(line, words) {
  line.hidden = false;
  const place = line.querySelector("p");
  if (place.textContent !== words) place.textContent = words;
}

function pause(line, milliseconds) {
  return new Promise((go) => {
    const timer = setTimeout(done, milliseconds);
    const button = line.querySelector("button");
    button.addEventListener("click", done);
    addEventListener("online", done);
    function done() {
      clearTimeout(timer);
      button.removeEventListener("click", done);
      removeEventListener("online", done);
      go();
    }
  });
}
