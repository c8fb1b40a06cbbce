// Starts the GOV.UK components: once on the page as it came, then in each part that htmx puts into it.
import { initAll } from "./govuk-frontend.min.js";

initAll();

document.addEventListener("htmx:load", ({ detail }) => {
  // htmx also announces the whole page, whose components are started above
  if (detail.elt !== document.body) initAll({ scope: detail.elt });
});
