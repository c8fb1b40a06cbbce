// Starts the GOV.UK components: once on the page as it came, then in each part that htmx puts into it.
import { initAll } from "./govuk-frontend.min.js";

initAll();

document.addEventListener("htmx:load", ({ detail }) => {
  // htmx also announces the whole page, whose components are started above
  if (detail.elt !== document.body) initAll({ scope: detail.elt });
});

// Hides each question that does not apply to the answers given. Without this script all are seen, with
// words that say when they apply; the server leaves out what does not.
const HIDDEN = "[hidden], .govuk-radios__conditional--hidden, .govuk-checkboxes__conditional--hidden";

function answered(form, name, wanted) {
  return [...form.elements].some((box) => {
    if (box.name !== name || box.closest(HIDDEN)) return false;
    if (box.type === "radio" || box.type === "checkbox") return box.checked && wanted.includes(box.value);
    return wanted.includes(box.value);
  });
}

function settle(form) {
  // in the order of the page, so that a question hidden here hides those that hang from it
  for (const block of form.querySelectorAll("[data-shown-when]")) {
    const conditions = Object.entries(JSON.parse(block.dataset.shownWhen));
    block.hidden = !conditions.every(([name, wanted]) => answered(form, name, wanted));
  }
}

function settleAll(scope) {
  for (const words of scope.querySelectorAll("[data-when-words]")) words.hidden = true;
  for (const form of scope.querySelectorAll("form")) settle(form);
}

settleAll(document);
// after the components have shown or hidden what stands inside their choices
document.addEventListener("change", ({ target }) => target.form && setTimeout(settle, 0, target.form));
