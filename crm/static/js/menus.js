// Menus made of <details data-closes> close by Escape and by a click elsewhere.
export function closeMenus(page) {
  const open = () => page.querySelectorAll("details[data-closes][open]");
  page.addEventListener("click", (event) => {
    for (const menu of open()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
