// A revealed value counts down and covers itself again; it leaves the page altogether.
export function countDown(page) {
  for (const value of page.querySelectorAll("[data-remask]")) start(value);
  addEventListener("pageshow", (event) => {
    if (event.persisted) page.querySelectorAll("[data-remask]").forEach(cover);
  });
}

function start(value) {
  const ends = Date.parse(value.dataset.remask);
  const bar = value.querySelector("progress");
  const clock = setInterval(() => {
    const left = Math.max(0, (ends - Date.now()) / 1000);
    if (bar) bar.value = left;
    if (left > 0) return;
    clearInterval(clock);
    cover(value);
  }, 500);
}

function cover(value) {
  const word = document.createElement("span");
  word.textContent = value.dataset.masked;
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  said.textContent = value.dataset.word;
  value.classList.remove("is-open");
  value.removeAttribute("data-remask");
  value.replaceChildren(word, said);
}
