// Comforts for pages that work without them. Each part waits for nothing and fails alone.
import { closeMenus } from "./menus.js";
import { countDown } from "./sealed.js";
import { guardForms } from "./forms.js";
import { followJobs } from "./jobs.js";
import { listenToKeys } from "./keys.js";

for (const part of [closeMenus, countDown, guardForms, followJobs, listenToKeys]) {
  try {
    part(document);
  } catch (fault) {
    console.error(part.name, fault);
  }
}
