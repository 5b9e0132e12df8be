// The desk: it says when the hour is about to close, and keeps the address of the call.
// The page says how many seconds are left: the clock of this machine may be wrong.
const SOON = 600;
const LAST = 120;

function watch(line) {
  const began = performance.now();
  const words = line.querySelector("span");
  let told = "";
  const clock = setInterval(look, 1000);
  look();

  function look() {
    const left = Number(line.dataset.left) - (performance.now() - began) / 1000;
    const stage = left <= 0 ? "over" : left <= LAST ? "last" : left <= SOON ? "soon" : "";
    if (stage === told) return;
    told = stage;
    words.textContent = line.dataset[stage];
    line.classList.toggle("is-soon", stage !== "over");
    line.classList.toggle("is-over", stage === "over");
    if (stage === "over") clearInterval(clock);
  }
}

for (const line of document.querySelectorAll("[data-left]")) watch(line);

// A call begun by one key has the address of its permit, so that it can be loaded again.
const at = document.querySelector("[data-at]")?.dataset.at;
if (at && location.pathname !== at) history.replaceState(null, "", at);
