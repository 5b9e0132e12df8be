// The outcome of a contact by its code, its pinyin initials, a word of either language, or a digit.
// The server's <select> stays the field that is sent; this puts a combobox in front of it.
export function findCodes(root) {
  for (const field of root.querySelectorAll("[data-codes]")) new Codes(field);
}

// How well what was typed fits: 0 is the code itself, larger is vaguer, none is null.
function fit({ value, dataset }, typed) {
  if (typed === "") return 0;
  const code = plain(value);
  const initials = plain(dataset.pinyin).split(" ");
  const words = [plain(dataset.words), plain(dataset.other)];
  if (typed === code || bare(typed) === bare(code) || typed === dataset.digit) return 0;
  if (initials.includes(typed)) return 1;
  if (bare(code).startsWith(bare(typed) || " ")) return 2;
  if (initials.some((one) => one.startsWith(typed))) return 3;
  if (words.some((one) => one.startsWith(typed))) return 4;
  if (words.some((one) => one.split(/[\s,/，：（]+/).some((word) => word.startsWith(typed)))) return 5;
  return words.some((one) => one.includes(typed)) ? 6 : null;
}

const plain = (text) => (text ?? "").normalize("NFKC").trim().toLowerCase();
const bare = (text) => text.replace(/[^a-z0-9]/g, "");
const label = (option) => (option?.value ? `${option.dataset.words} · ${option.value}` : "");

class Codes {
  constructor(field) {
    this.field = field;
    this.select = field.querySelector("select");
    this.options = [...this.select.options].filter((option) => option.value);
    this.follows = field.querySelector(".code-follows");
    this.build();
    this.listen();
    this.offer();
  }

  // Where the form asks who began it, only what can be said of such a contact is offered.
  offer() {
    const began = this.select.form.querySelector("[name=direction]:checked")?.value;
    for (const option of this.options) {
      option.hidden = option.disabled = Boolean(began && option.dataset.of && !option.dataset.of.split(" ").includes(began));
    }
    if (this.chosen()?.disabled) {
      this.select.value = "";
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.show();
  }

  get offered() {
    return this.options.filter((option) => !option.disabled);
  }

  build() {
    const { field, select } = this;
    const id = `${select.id}-find`;
    this.input = Object.assign(document.createElement("input"), {
      id, type: "text", className: "form-control", autocomplete: "off", required: select.required,
      placeholder: field.dataset.hint,
    });
    const describes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list` };
    for (const [name, value] of Object.entries(describes)) this.input.setAttribute(name, value);
    if (select.getAttribute("aria-describedby")) this.input.setAttribute("aria-describedby", select.getAttribute("aria-describedby"));
    this.input.dataset.key = select.dataset.key;
    this.input.dataset.does = select.dataset.does;
    delete select.dataset.key;
    this.list = Object.assign(document.createElement("ul"), { id: `${id}-list`, className: "codes", hidden: true });
    this.list.setAttribute("role", "listbox");
    const name = field.querySelector("label");
    name.htmlFor = id;
    this.list.setAttribute("aria-label", name.textContent.trim());
    this.heard = Object.assign(document.createElement("span"), { className: "visually-hidden" });
    this.heard.setAttribute("role", "status");
    select.required = false;
    select.hidden = true;
    const place = Object.assign(document.createElement("div"), { className: "code-find" });
    place.append(this.input, this.list, this.heard);
    select.after(place);
  }

  listen() {
    this.input.addEventListener("focus", () => {
      this.input.select();
      this.open("");
    });
    this.input.addEventListener("input", (event) => event.isComposing || this.open(plain(this.input.value)));
    this.input.addEventListener("compositionend", () => this.open(plain(this.input.value)));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.leave());
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const item = event.target.closest("[role=option]");
      if (item) this.choose(item.option);
    });
    this.select.addEventListener("change", () => this.show());
    this.select.form.addEventListener("change", (event) => event.target.name === "direction" && this.offer());
    // Ctrl+Enter in the field sends the form: what was found and not yet chosen is meant.
    this.select.form.addEventListener("submit", () => this.settle(), true);
  }

  open(typed) {
    const ranked = this.offered
      .map((option, place) => ({ option, place, rank: fit(option, typed) }))
      .filter((one) => one.rank !== null)
      .sort((a, b) => a.rank - b.rank || a.place - b.place);
    this.typed = typed;
    this.list.replaceChildren(...ranked.map(({ option }, number) => this.item(option, number)));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const { none, count } = this.field.dataset;
    this.heard.textContent = ranked.length ? `${count} ${ranked.length}` : none;
    if (!ranked.length) this.list.replaceChildren(Object.assign(document.createElement("li"), { className: "none", textContent: none }));
    // Where it would hang below the edge, or under the button at the foot, it opens upwards.
    const { top, bottom } = this.input.getBoundingClientRect();
    const low = bottom + this.list.offsetHeight > innerHeight - 80;
    this.list.classList.toggle("is-up", low && top > this.list.offsetHeight);
    if (low && top <= this.list.offsetHeight) this.field.scrollIntoView({ block: "start" });
    this.activate(typed === "" ? null : this.list.querySelector("[role=option]"));
  }

  item(option, number) {
    const item = Object.assign(document.createElement("li"), { id: `${this.list.id}-${number}`, option });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const code = Object.assign(document.createElement("code"), { textContent: option.value });
    const words = Object.assign(document.createElement("span"), { textContent: option.dataset.words });
    item.append(code, words);
    if (option.dataset.digit) item.append(Object.assign(document.createElement("kbd"), { textContent: option.dataset.digit }));
    return item;
  }

  activate(item) {
    this.active?.setAttribute("aria-selected", "false");
    this.active = item;
    if (item) {
      item.setAttribute("aria-selected", "true");
      item.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", item.id);
    } else this.input.removeAttribute("aria-activedescendant");
    this.tell(item?.option ?? this.chosen());
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const items = [...this.list.querySelectorAll("[role=option]")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (this.list.hidden) return this.open("");
      const place = items.indexOf(this.active);
      this.activate(items[(place + step + items.length) % items.length] ?? null);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.show();
    } else if (event.key === "Enter" && !(event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!this.list.hidden && this.active) this.choose(this.active.option, true);
    }
  }

  choose(option, byEnter = false) {
    this.select.value = option.value;
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.select.dispatchEvent(new Event("input", { bubbles: true }));
    if (!byEnter) return;
    if ("saves" in this.field.dataset && "once" in option.dataset) return this.select.form.requestSubmit();
    this.field.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: option }));
  }

  // What was typed counts where it is a code or its initials, or where it fits one alone.
  settle() {
    if (this.list.hidden || !this.typed || !this.active) return;
    const fits = this.offered.filter((option) => fit(option, this.typed) !== null);
    if (fit(this.active.option, this.typed) <= 1 || fits.length === 1) this.choose(this.active.option);
  }

  leave() {
    this.settle();
    this.show();
  }

  chosen() {
    return this.select.selectedOptions[0];
  }

  show() {
    this.list.hidden = true;
    this.typed = "";
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.input.value = label(this.chosen());
    this.tell(this.chosen());
  }

  tell(option) {
    this.follows.textContent = option?.dataset.follows ?? "";
  }
}
