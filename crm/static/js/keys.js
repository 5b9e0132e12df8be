// Single keys reach what a page marks with data-key="C": a link, a button, a field or a fold.
// Physical keys (event.code: KeyA, Digit1, Numpad1), so that they are the same under every input
// method and layout.
const FIELD = "input, textarea, select, [contenteditable]";

export function listenToKeys(page) {
  page.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") return search(page, event);
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(FIELD)) return;
    if (off()) return;
    if (event.code === "Slash" && event.shiftKey) return help(page, event);
    if (event.code === "Slash") return search(page, event);
    const key = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code);
    if (key && !event.shiftKey) use(page, event, key[1]);
  });
}

function off() {
  return localStorage.getItem("keys") === "off";
}

function search(page, event) {
  const field = page.querySelector("[data-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

function use(page, event, key) {
  const target = page.querySelector(`[data-key="${key}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches(FIELD)) return target.focus();
  const fold = target.closest("details");
  if (target.matches("details, summary")) {
    fold.open = true;
    return fold.querySelector(`:is(${FIELD})`)?.focus();
  }
  target.click();
}

function help(page, event) {
  const sheet = page.querySelector("dialog.keys");
  if (!sheet) return;
  event.preventDefault();
  const list = sheet.querySelector("dl");
  if (!list.dataset.filled) {
    list.dataset.filled = "yes";
    for (const target of page.querySelectorAll("[data-key]")) list.append(...line(target));
  }
  sheet.querySelector("[data-keys-off]").checked = off();
  sheet.querySelector("[data-keys-off]").onchange = (change) =>
    localStorage.setItem("keys", change.target.checked ? "off" : "on");
  sheet.showModal();
}

function line(target) {
  const key = document.createElement("dt");
  key.append(Object.assign(document.createElement("kbd"), { textContent: target.dataset.key }));
  const does = document.createElement("dd");
  const label = target.labels?.[0] ?? target.querySelector("summary") ?? target;
  does.textContent = (target.dataset.does || label.textContent || "").trim();
  return [key, does];
}
