// What was said, section by section: opening one means that it was said, closing one that it was
// not. A code opens its section; a section opened first chooses its code.
export function foldSaid(root) {
  for (const form of root.querySelectorAll("form:has(details[data-said])")) begin(form);
}

function begin(form) {
  const outcome = form.querySelector("[name=outcome]");
  form.addEventListener("toggle", (event) => turned(event.target, outcome), true);
  form.addEventListener("unfold", (event) => turned(event.target, outcome)); // by key: at once
  form.addEventListener("formdata", (event) => leaveOut(form, event.formData));
  outcome?.addEventListener("change", () => unfold(form, outcome));
  form.addEventListener("chosen", () => goOn(form, outcome));
  for (const place of form.querySelectorAll("[data-when]")) understand(place);
}

function turned(fold, outcome) {
  if (!fold.matches("details[data-said]")) return;
  const tick = fold.querySelector("[name=said]");
  if (tick) tick.checked = fold.open;
  const narrowest = fold.querySelector("[type=radio]");
  if (narrowest && fold.open && !fold.querySelector("[type=radio]:checked")) narrowest.checked = true;
  if (!fold.open) {
    if (outcome && fold.dataset.chose === outcome.value) choose(outcome, "");
    return;
  }
  for (const field of fold.querySelectorAll("[data-usual]")) {
    if (field.value) continue;
    field.value = field.dataset.usual;
    if (field === document.activeElement) field.select();
  }
  if (!outcome || outcome.value || !fold.dataset.code) return;
  const offered = [...outcome.options].filter((one) => !one.disabled).map((one) => one.value);
  const code = [fold.dataset.code, outcome.dataset.otherwise].find((one) => offered.includes(one));
  if (!code) return;
  fold.dataset.chose = code;
  choose(outcome, code);
}

function choose(outcome, code) {
  outcome.value = code;
  outcome.dispatchEvent(new Event("change", { bubbles: true }));
}

function unfold(form, outcome) {
  const kind = outcome.selectedOptions[0]?.dataset.said;
  for (const fold of form.querySelectorAll("details[data-by-code]")) {
    if (fold.dataset.said === kind) continue;
    delete fold.dataset.byCode;
    fold.open = false;
  }
  const fold = kind && form.querySelector(`details[data-said="${kind}"]`);
  if (!fold || fold.open) return;
  fold.dataset.byCode = "yes";
  fold.open = true;
}

// After a code was chosen by Enter: its section first, else the note.
function goOn(form, outcome) {
  const kind = outcome.selectedOptions[0]?.dataset.said;
  const fold = kind && form.querySelector(`details[data-said="${kind}"]`);
  const first = fold?.querySelector("input:not([type=hidden], [type=checkbox]), select, textarea");
  (first ?? form.querySelector("[name=note]"))?.focus();
}

// What stands in a closed section was not said.
function leaveOut(form, data) {
  const closed = [...form.querySelectorAll("details[data-said]:not([open])")];
  const fields = closed.flatMap((fold) => [...fold.querySelectorAll("[name]")]);
  for (const name of new Set(fields.map((field) => field.name))) data.delete(name);
  if (!fields.some((field) => field.name === "said")) return;
  for (const tick of form.querySelectorAll("[name=said]:checked")) {
    if (!tick.closest("details[data-said]:not([open])")) data.append("said", tick.value);
  }
}

// A time in words is asked of the server as soon as it is typed, and shown back as it was meant;
// what was answered stands here, so that nothing is sent that the server has not read.
const answered = new WeakMap();

function understand(place) {
  const field = place.querySelector("input[type=text]");
  field.after(Object.assign(document.createElement("output"), { className: "meant", htmlFor: field.id }));
  const anew = () => ask(place, field).catch(() => null);
  field.addEventListener("change", anew);
  place.querySelector("[name=callback_more_calls]")?.addEventListener("change", anew);
  if (field.value) ask(place, field).catch(() => null);
}

async function ask(place, field) {
  const told = place.querySelector(".meant");
  const zone = field.form.querySelector("[name=callback_zone]").value;
  const words = field.value;
  told.textContent = "";
  place.parentElement.querySelector(".will-be")?.replaceChildren(); // what was said of other words
  if (!words.trim()) return;
  const url = `${place.dataset.when}?${new URLSearchParams({ words, zone })}`;
  const answer = await fetch(url, { headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang } });
  const found = await answer.json();
  if (field.value !== words) return; // typed on meanwhile
  told.classList.toggle("fault", !answer.ok);
  if (answer.ok) {
    field.value = found.local;
    const shown = { dateStyle: "full", timeStyle: "short", timeZone: zone };
    const { lang } = document.documentElement;
    told.textContent = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, shown).format(new Date(found.at));
    foresee(place, field, zone).catch(() => null);
  } else told.textContent = Object.values(found.fields ?? {}).flat().join(" ") || found.detail;
  answered.set(field, field.value);
}

// Whether the call will be lawful then is a page of its own; its middle is shown here.
async function foresee(place, field, zone) {
  const there = place.parentElement.querySelector(".will-be");
  there.replaceChildren();
  const began = field.form.querySelector("[name=direction]:checked")?.value;
  if (!place.dataset.check || began === "outbound") return; // it is judged as it is written down
  const more = place.querySelector("[name=callback_more_calls]")?.checked ?? false;
  const asked = new URLSearchParams({ words: field.value, zone, more_calls: more });
  const channel = field.form.querySelector("[name=channel]")?.value; // where the form asks for it
  if (channel) asked.set("channel", channel);
  const started = field.form.querySelector("[name=started_at]")?.value;
  if (started) {
    asked.set("began", started);
    asked.set("began_zone", field.form.querySelector("[name=zone]").value);
  }
  const answer = await fetch(`${place.dataset.check}&${asked}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector(".will-be");
  if (!answer.ok || !found) return;
  there.replaceChildren(...found.childNodes);
  const take = there.querySelector("[data-take]");
  if (!take) return;
  take.hidden = false;
  take.addEventListener("click", () => {
    field.value = take.dataset.take;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
}

// Wait until every time in words was read; throws where the server is away.
export async function settle(form) {
  for (const place of form.querySelectorAll("details[open] [data-when]")) {
    const field = place.querySelector("input[type=text]");
    if (field.value.trim() && answered.get(field) !== field.value) await ask(place, field);
  }
}
