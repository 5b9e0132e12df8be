// Single keys reach what a page marks with data-key="C": a link, a button, a field or a fold; two
// letters ("GQ") are pressed one after the other. Physical keys (event.code: KeyA, Digit1, Numpad1),
// so that they are the same under every input method and layout. Escape leaves a field. Inside a
// card of a list (data-row) a key means what that card offers, and never another card's.
import { rowsOf } from "./rows.js";

const FIELD = "input:not([type=hidden]), textarea, select, [contenteditable]";
const TICK = "[type=checkbox], [type=radio]"; // they take no letters
const TOGETHER = 1000; // milliseconds between two letters
let first = "";

export function listenToKeys(page) {
  page.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") return search(page, event);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(FIELD) && !event.target.matches(TICK))
      return event.key === "Escape" ? leave(event.target) : undefined;
    if (page.body.dataset.keys === "off" || page.querySelector("dialog[open]")) return;
    if (event.code === "Slash" && event.shiftKey) return help(page, event);
    if (event.code === "Slash") return search(page, event);
    const key = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code);
    if (key && !event.shiftKey) pressed(page, event, key[1]);
  });
}

function leave(field) {
  field.blur();
  field.closest("[data-row]")?.focus();
}

function search(page, event) {
  const field = page.querySelector("[data-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

function pressed(page, event, key) {
  const both = first + key;
  first = "";
  if (both.length === 2 && use(page, event, both)) return;
  if (use(page, event, key) || !page.querySelector(`[data-key^="${key}"]`)) return;
  first = key;
  setTimeout(() => (first = ""), TOGETHER);
}

// What stands in a part that is switched off (inert), and a choice in a closed section, is as good
// as not there; what an open section offers comes first. So is what another card offers.
function use(page, event, key) {
  const card = page.activeElement?.closest("[data-row]");
  const there = [...page.querySelectorAll(`[data-key="${key}"]`)].filter(
    (one) =>
      !one.closest("[inert]") &&
      !(one.matches(TICK) && one.closest("details:not([open])")) &&
      !(card && one.closest("[data-row]") && !card.contains(one)),
  );
  const target = there.find((one) => one.matches(TICK) && one.closest("details")) ?? there[0];
  if (!target) return false;
  event.preventDefault();
  const fold = target.closest("details");
  if (target.matches(TICK)) choose(target);
  else if (target.matches(FIELD)) {
    if (fold) fold.open = true;
    target.focus();
  } else if (target.matches("details, summary")) {
    fold.open = true;
    fold.querySelector(FIELD)?.focus();
    fold.dispatchEvent(new CustomEvent("unfold", { bubbles: true }));
  } else target.click();
  return true;
}

function choose(tick) {
  tick.click();
  if (tick.type === "radio") tick.focus(); // its own fields come next
}

function help(page, event) {
  const sheet = page.querySelector("dialog.keys");
  if (!sheet) return;
  event.preventDefault();
  const list = sheet.querySelector("dl");
  for (const old of list.querySelectorAll("[data-of-page]")) old.remove();
  for (const one of list.querySelectorAll("[data-of-rows]")) one.hidden = !rowsOf(page).length;
  const told = new Set(); // every card has the same keys: said once
  for (const target of page.querySelectorAll("[data-key]")) {
    const [key, does] = line(target);
    const both = key.textContent + does.textContent;
    if (!told.has(both)) list.append(key, does);
    told.add(both);
  }
  sheet.showModal();
}

function line(target) {
  const key = document.createElement("dt");
  for (const letter of target.dataset.key) key.append(Object.assign(document.createElement("kbd"), { textContent: letter }));
  const does = document.createElement("dd");
  const label = target.labels?.[0] ?? target.querySelector("summary") ?? target;
  does.textContent = (target.dataset.does || label.textContent || "").trim();
  for (const part of [key, does]) part.dataset.ofPage = "yes";
  return [key, does];
}
