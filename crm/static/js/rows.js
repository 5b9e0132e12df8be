// In a list J and K go from line to line, Enter opens; among cards they go from card to card; where J means something else on a page
// (the next record), it keeps that meaning.
const FIELD = "input:not([type=hidden]), textarea, select, [contenteditable]";

export function rowsOf(page) {
  if (page.querySelector('[data-key="J"], [data-key="K"]')) return [];
  return [...page.querySelectorAll("main .is-list tbody tr, main [data-row]")];
}

export function walkRows(page) {
  page.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const step = { KeyJ: 1, KeyK: -1 }[event.code];
    if (!step || event.target.closest?.(FIELD) || page.querySelector("dialog[open]")) return;
    const rows = page.body.dataset.keys === "off" ? [] : rowsOf(page);
    if (!rows.length) return;
    event.preventDefault();
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const place = Math.min(rows.length - 1, Math.max(0, here < 0 ? 0 : here + step));
    const row = rows[place];
    (row.matches("[data-row]") ? row : (row.querySelector("a.row-link, th a, a, summary, button") ?? row)).focus();
  });
}
