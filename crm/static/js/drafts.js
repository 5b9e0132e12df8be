// What is typed into a log form is kept on the server every few seconds, never in the browser.
const EVERY = 3000;
const OURS = new Set(["csrf_token", "idempotency_key", "page", "quick"]);

export function keepDrafts(root) {
  for (const form of root.querySelectorAll("form[data-draft]")) begin(form);
}

function begin(form) {
  const kept = form.querySelector("[data-kept]");
  let timer = null;
  let going = null;
  form.addEventListener("input", () => {
    if (kept) kept.hidden = true;
    timer ??= setTimeout(keep, EVERY);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    timer = null;
    going?.abort();
  });
  async function keep() {
    timer = null;
    if (!form.isConnected || form.dataset.sending) return;
    going = new AbortController();
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, document: JSON.stringify(typed(form)) });
    const answer = await fetch(form.dataset.draft, { method: "POST", body, signal: going.signal }).catch(() => null);
    if (answer?.status === 204 && kept) kept.hidden = false;
  }
}

function typed(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (value && !OURS.has(name)) (fields[name] ??= []).push(value);
  }
  return fields;
}
