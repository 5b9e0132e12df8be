// A page that shows a running job ([data-job], the address of its state as JSON) follows it and
// loads itself again at the end. Without scripts the page says how to look again.
const EVERY = 1500;

export function followJobs(page) {
  for (const line of page.querySelectorAll("[data-job]")) follow(line);
}

async function follow(line) {
  const bar = line.querySelector("progress");
  const figures = line.querySelector("[data-figures]");
  for (;;) {
    await new Promise((done) => setTimeout(done, EVERY));
    if (document.hidden) continue;
    const answer = await fetch(line.dataset.job, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) continue;
    const job = await answer.json();
    const { done, of } = job.progress ?? {};
    if (of) {
      bar.max = of;
      bar.value = done;
      figures.textContent = `${done.toLocaleString()} / ${of.toLocaleString()}`;
    }
    if (!["ready", "running"].includes(job.state)) return location.reload();
  }
}
