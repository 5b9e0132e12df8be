// A form that was begun asks before it is left; one that was sent is not sent twice;
// Ctrl or Cmd with Enter sends it; Enter that ends a word of an input method does not.
// A log form is sent by sending.js and counts as begun until it is saved.
export function guardForms(page) {
  let begun = false;
  page.addEventListener("input", (event) => {
    if (event.target.form?.method === "post" && !event.target.form.matches("[role=search]")) begun = true;
  });
  page.addEventListener("saved", () => {
    begun = false;
  });
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-log]") && !event.submitter?.hasAttribute("formaction")) return;
    begun = false;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
  page.addEventListener("keydown", (event) => {
    const form = event.target.form;
    if (event.key !== "Enter") return;
    if (event.isComposing || event.keyCode === 229) return form && event.preventDefault();
    if (!event.ctrlKey && !event.metaKey) return;
    (form ?? page.querySelector("form[data-log]"))?.requestSubmit(); // of a call, wherever one is
  });
  addEventListener("beforeunload", (event) => {
    if (begun) event.preventDefault();
  });
  addEventListener("pageshow", () => {
    begun = false;
    for (const form of page.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}
