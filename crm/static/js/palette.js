// Ctrl or Cmd with K: pages, what can be done on this page, files one looked at lately, and the
// search. What is typed stays in the page; names come from the server when it is opened, and go
// with it when it is closed. Without scripts the search field does its part.
export function openPalette(page) {
  const box = page.querySelector("dialog[data-palette]");
  if (!box) return;
  const field = box.querySelector("input");
  const list = box.querySelector("[role=listbox]");
  const told = box.querySelector("[role=status]");
  let choices = [];
  let shown = [];
  let at = 0;

  page.addEventListener(
    "keydown",
    (event) => {
      if (event.isComposing || event.keyCode === 229 || event.shiftKey || event.altKey) return;
      if (!(event.ctrlKey || event.metaKey) || event.code !== "KeyK") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (box.open) return box.close();
      if (!page.querySelector("dialog[open]")) open();
    },
    true,
  );
  page.querySelector("[data-opens-palette]")?.addEventListener("click", open);
  box.addEventListener("close", () => {
    choices = [];
    field.value = "";
    list.replaceChildren();
  });
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) {
      event.preventDefault();
      mark((at + step + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (shown[at]) choose(shown[at]);
    }
  });
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (row) choose(shown[[...list.children].indexOf(row)]);
  });

  async function open() {
    choices = [...commands(page, box), ...pages(page, box)];
    box.showModal();
    show();
    const answer = await fetch(box.dataset.recent, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || !box.open) return;
    const files = (await answer.json()).items;
    choices = [...files.map((one) => file(one, box)), ...choices];
    show();
  }

  function show() {
    const wanted = field.value.trim();
    const only = wanted.startsWith(">");
    const word = (only ? wanted.slice(1) : wanted).trim().toLowerCase();
    const known = only ? choices.filter((one) => one.act) : choices;
    shown = known
      .map((one, order) => ({ one, order, rank: rank(one.label.toLowerCase(), word) }))
      .filter((found) => found.rank < 4)
      .sort((a, b) => a.rank - b.rank || a.order - b.order)
      .map((found) => found.one)
      .slice(0, 20);
    if (word && !only) shown.push(...searches(page, box, wanted));
    list.replaceChildren(...shown.map(row));
    mark(0);
    told.textContent = shown.length
      ? box.dataset.found.replace("{count}", shown.length)
      : box.dataset.none;
  }

  function mark(place) {
    at = place;
    [...list.children].forEach((one, n) => one.setAttribute("aria-selected", String(n === at)));
    const chosen = list.children[at];
    if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
    else field.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  function choose(one) {
    box.close();
    if (one.url) location.assign(one.url);
    else one.act();
  }
}

// 0: begins so; 1: a word of it begins so; 2: holds it; 3: its letters in order; 4: not at all.
function rank(label, word) {
  if (!word || label.startsWith(word)) return 0;
  if (label.split(/\s+/).some((part) => part.startsWith(word))) return 1;
  if (label.includes(word)) return 2;
  let place = -1;
  for (const letter of word) {
    place = label.indexOf(letter, place + 1);
    if (place < 0) return 4;
  }
  return 3;
}

function row(one, n) {
  const made = document.createElement("li");
  made.id = `palette-${n}`;
  made.setAttribute("role", "option");
  const kind = Object.assign(document.createElement("span"), { className: "quiet small", textContent: one.kind });
  made.append(Object.assign(document.createElement("span"), { textContent: one.label }), kind);
  return made;
}

function pages(page, box) {
  const links = page.querySelectorAll(".rail li a, .person .menu a");
  return [...links].map((one) => ({ label: one.textContent.trim(), kind: box.dataset.page, url: one.href }));
}

function commands(page, box) {
  const found = page.querySelectorAll("main [data-key], main .head .actions a");
  return [...new Set(found)].map((one) => ({
    label: (one.dataset.does || one.labels?.[0]?.textContent || one.textContent).trim().replace(/\s+/g, " "),
    kind: one.dataset.key ? `${box.dataset.command} ${one.dataset.key}` : box.dataset.command,
    act: () => (one.matches("input, select, textarea, summary") ? one.focus() : one.click()),
  }));
}

function file(one, box) {
  return { label: one.name || box.dataset.unnamed, kind: box.dataset.file, url: `/people/${one.id}` };
}

// How one searches: what the text looks like first. The server says what it takes.
function searches(page, box, text) {
  const form = page.querySelector("form.find");
  if (!form) return [];
  const by = form.elements.by;
  const first = text.includes("@") ? "email" : /^\+?[\d\s()-]{7,}$/.test(text) ? "phone" : /\d/.test(text) ? "loan_number" : "name";
  const order = (option) => (option.value === first ? 0 : 1);
  return [...by.options]
    .sort((a, b) => order(a) - order(b))
    .map((option) => ({
      label: `${option.textContent.trim()}: ${text}`,
      kind: box.dataset.search,
      act: () => {
        by.value = option.value;
        form.elements.value.value = text;
        form.requestSubmit();
      },
    }));
}
