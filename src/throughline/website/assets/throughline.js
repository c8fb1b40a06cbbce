// Starts the GOV.UK components and hides the questions that do not apply to the answers given: once on the
// page as it came, then in each part that htmx puts into it. Without this script all questions are seen,
// with words that say when they apply; the server leaves out what does not.
import { initAll } from "./govuk-frontend.min.js";

const HIDDEN = "[hidden], .govuk-checkboxes__conditional--hidden";

// The components say aria-expanded on a radio that brings a question, which ARIA does not allow there: what
// stands inside a radio is shown and hidden here instead.
function takeOverRadios(scope) {
  for (const radio of scope.querySelectorAll("input[type=radio][data-aria-controls]")) {
    const inside = document.getElementById(radio.dataset.ariaControls);
    inside.dataset.shownWhen = JSON.stringify({ [radio.name]: [radio.value] });
    inside.classList.remove("govuk-radios__conditional--hidden");
    delete radio.dataset.ariaControls;
  }
}

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

function start(scope) {
  takeOverRadios(scope);
  initAll({ scope });
  for (const words of scope.querySelectorAll("[data-when-words]")) words.hidden = true;
  for (const form of document.forms) settle(form);
}

start(document);

document.addEventListener("htmx:load", ({ detail }) => {
  // htmx also announces the whole page, which is started above
  if (detail.elt !== document.body) start(detail.elt);
});

// after the components have shown or hidden what stands inside their choices
document.addEventListener("change", ({ target }) => target.form && setTimeout(settle, 0, target.form));

// Each post of a page says the how-manieth it is, since one that was sent before another may come in after it.
let posts = 0;
document.addEventListener("formdata", ({ formData }) => formData.set("nth", String(++posts)));

// A clock that runs since a moment, by the server's time: a terminal's own may be minutes off.
function tick() {
  for (const clock of document.querySelectorAll("[data-since]")) {
    clock.ahead ??= Date.now() - Date.parse(clock.dataset.now);
    const seconds = Math.max(0, Math.floor((Date.now() - clock.ahead - Date.parse(clock.dataset.since)) / 1000));
    const minutes = Math.floor(seconds / 60);
    // with its units, since it stands beside a time of day
    clock.textContent = minutes >= 60
      ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
      : `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  }
}
tick();
setInterval(tick, 1000);

// A key of its own for what cannot wait: it presses the button that names it, or goes there where it says so.
document.addEventListener("keydown", (event) => {
  if (!/^F\d+$/.test(event.key) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const named = document.querySelector(`[data-key="${event.key}"]`);
  if (!named) return;
  event.preventDefault();
  const { goesTo } = named.dataset;
  if (goesTo === undefined) named.click();
  else if (goesTo.startsWith("#")) document.querySelector(goesTo)?.focus();
  else (named.querySelector("input, textarea, select") ?? named).focus();
});

// The body chart: each region is a link to its checkbox in the list, and here a button that ticks it.
function startChart(chart) {
  const list = document.querySelector("[data-body-list]");
  if (list) list.open = [...list.querySelectorAll(".govuk-error-message")].length > 0;
  for (const region of chart.querySelectorAll("a[data-box]")) {
    const box = document.getElementById(region.dataset.box);
    const show = () => region.setAttribute("aria-pressed", String(box.checked));
    const press = (event) => {
      event.preventDefault();
      box.click();
    };
    region.setAttribute("role", "button");
    show();
    box.addEventListener("change", show);
    region.addEventListener("click", press);
    region.addEventListener("keydown", (event) => event.key === " " && press(event));
  }
}
for (const chart of document.querySelectorAll("[data-body-chart]")) startChart(chart);
