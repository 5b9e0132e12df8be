// Comforts for pages that work without them. Each part waits for nothing and fails alone.
import { findCodes } from "./codes.js";
import { keepDrafts } from "./drafts.js";
import { guardForms } from "./forms.js";
import { followJobs } from "./jobs.js";
import { listenToKeys } from "./keys.js";
import { closeMenus } from "./menus.js";
import { openPalette } from "./palette.js";
import { walkRows } from "./rows.js";
import { foldSaid } from "./said.js";
import { countDown } from "./sealed.js";
import { sendLogs } from "./sending.js";

// Those that listen to the whole page begin once; those that look for their places begin again
// where a part of the page was put in anew ("renewed").
begin([closeMenus, guardForms, followJobs, openPalette, listenToKeys, walkRows, sendLogs], document);
const PLACES = [countDown, foldSaid, findCodes, keepDrafts];
begin(PLACES, document);
document.addEventListener("renewed", (event) => begin(PLACES, event.detail));

function begin(parts, root) {
  for (const part of parts) {
    try {
      part(root);
    } catch (fault) {
      console.error(part.name, fault);
    }
  }
}
