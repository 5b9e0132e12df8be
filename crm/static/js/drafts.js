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
  form.addEventListener("input", (event) => {
    if (event.target.form !== form) return; // the check of identity stands in it, and is no part
    if (kept) kept.hidden = true;
    timer ??= setTimeout(keep, EVERY);
  });
  form.addEventListener("submit", () => {
    rest();
    going?.abort();
  });
  // The check of identity is sent by a form of its own, and the page comes anew: first keep what
  // was typed here.
  document.addEventListener("submit", async (event) => {
    if (timer === null || event.target === form || !form.contains(event.submitter)) return;
    event.preventDefault();
    rest();
    await keep();
    event.target.submit();
  });
  addEventListener("pagehide", () => {
    if (timer === null || !form.isConnected) return;
    rest();
    navigator.sendBeacon(form.dataset.draft, body(form));
  });

  function rest() {
    clearTimeout(timer);
    timer = null;
  }

  async function keep() {
    timer = null;
    if (!form.isConnected || form.dataset.sending) return;
    going = new AbortController();
    const sent = { method: "POST", body: body(form), signal: going.signal };
    const answer = await fetch(form.dataset.draft, sent).catch(() => null);
    if (answer?.status === 204 && timer === null && kept) kept.hidden = false;
  }
}

function body(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (value && !OURS.has(name)) (fields[name] ??= []).push(value);
  }
  return new URLSearchParams({ csrf_token: form.elements.csrf_token.value, document: JSON.stringify(fields) });
}
