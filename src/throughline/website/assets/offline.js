// Working without signal, as a page sees it: takes along what the page says can be taken along, keeps what is
// typed into marked forms, says what waits on this device, and sends it. Without this script all pages work with
// signal as they always do.
"use strict";

(() => {
  if (!("serviceWorker" in navigator) || !("indexedDB" in window) || !crypto.subtle) return;
  const kept = self.throughlineOffline;
  const words = JSON.parse(document.getElementById("offline-words")?.dataset.words ?? "{}");
  const main = document.getElementById("main-content");
  const NOT_TYPED = new Set(["csrfmiddlewaretoken", "once", "offline"]);
  const state = { user: undefined, conflicts: 0, sent: 0, stopped: "", drafts: [], warned: false, along: null };

  const say = (name, told = {}) => (words[name] ?? name).replace(/\{(\w+)\}/g, (_, key) => told[key]);
  const when = (ms) => new Date(ms).toLocaleString(document.documentElement.lang.replace(/^(en)?$/, "en-GB"), { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });

  function made(tag, told = {}, ...inside) {
    const element = Object.assign(document.createElement(tag), told);
    element.append(...inside);
    return element;
  }

  // --- what waits, at the head of every page -------------------------------------------------------------------

  const panel = made("div", { className: "throughline-offline", hidden: true });
  panel.setAttribute("role", "status");
  main?.prepend(panel);

  // Whose each entry is. Without signal nobody says who is signed in: what can be opened here is theirs.
  async function waiting() {
    const open = new Set((await kept.all("leases")).filter((one) => one.outboxKey).map((one) => one.id));
    const mine = [];
    const others = [];
    for (const entry of await kept.all("entries")) {
      const own = state.user === undefined ? open.has(entry.lease) : entry.user === state.user;
      (own ? mine : others).push(entry);
    }
    return { mine: mine.sort((a, b) => a.at - b.at || a.order - b.order), others };
  }

  async function show() {
    const { mine, others } = await waiting();
    const lines = [];
    const line = (text, ...more) => lines.push(made("p", {}, text, ...more));
    const link = (href, text) => made("a", { href, className: "govuk-link" }, text);
    const at = document.documentElement.dataset.offlineKept;
    if (at) line(say("keptPage", { when: when(Number(at)) }));
    if (location.hash === "#not-kept") line(say("cannotKeep"));
    if (mine.length) {
      line(made("strong", {}, say("waiting", { n: mine.length })), " ", link("/offline/", say("list")));
      if (state.stopped === "no-signal") line(say("noSignal"));
      if (state.stopped === "later") line(say("serverTrouble"));
      if (state.stopped === "waits") line(say("behind"));
      const send = made("button", { type: "button", className: "govuk-button govuk-button--secondary throughline-offline__send" }, say("send"));
      send.addEventListener("click", () => run());
      lines.push(send);
    } else if (state.sent) line(say("sent", { n: state.sent }));
    if (others.length) line(say(state.user ? "colleague" : "signIn", { n: others.length }));
    if (state.conflicts) line(say("conflicts", { n: state.conflicts }), " ", link("/offline/kept/", say("bothVersions")));
    for (const text of state.drafts) line(text);
    if (state.along && !at) line(say("along", { when: when(state.along) }));
    if (mine.length && (state.warned || signsOut(document.querySelector("main form")))) {
      line(made("strong", {}, say("signOut", { n: mine.length })));
    }
    panel.classList.toggle("throughline-offline--waits", Boolean(mine.length || state.conflicts));
    panel.hidden = !lines.length;
    // said again only where it says something else
    const next = made("div", {}, ...lines);
    if (next.innerHTML !== panel.firstElementChild?.innerHTML) panel.replaceChildren(next);
    await list(mine, others);
    return mine;
  }

  // The page of what waits.
  async function list(mine, others) {
    const place = document.getElementById("offline-waiting");
    if (!place) return;
    const leases = new Map((await kept.all("leases")).map((one) => [one.id, one]));
    const rows = [];
    for (const entry of mine) {
      const said = await kept.read(entry).catch(() => null);
      const label = leases.get(entry.lease)?.label ?? "";
      const text = `${label} ${say("keptAt", { when: when(entry.at) })}`.trim();
      const row = said ? made("a", { href: said.page, className: "govuk-link" }, text) : made("span", {}, text, " ", say("locked"));
      rows.push(made("li", {}, row));
    }
    const pages = [];
    for (const lease of leases.values()) {
      if (!lease.pagesKey) continue;
      for (const href of lease.pages) {
        if (!(await kept.get("pages", href))) continue;
        pages.push(made("li", {}, made("a", { href, className: "govuk-link" }, `${lease.label} ${href.split("/")[1]}`.trim())));
      }
    }
    const parts = [];
    if (rows.length) parts.push(made("ol", { className: "govuk-list govuk-list--number" }, ...rows));
    else if (!others.length) parts.push(made("p", { className: "govuk-body" }, say("nothing")));
    if (pages.length) {
      parts.push(made("h2", { className: "govuk-heading-m" }, say("pages")));
      parts.push(made("ul", { className: "govuk-list govuk-list--bullet" }, ...pages));
    }
    place.replaceChildren(...parts);
  }

  async function run() {
    try {
      const report = await kept.sync();
      if (report.busy) return;
      state.user = report.user;
      state.conflicts = report.conflicts;
      state.sent += report.sent;
      state.stopped = report.stopped;
    } catch {
      state.stopped = "no-signal";
    }
    await show();
  }

  // --- what is typed into marked forms ---------------------------------------------------------------------------

  const typed = (form) => [...new FormData(form)].filter(([name, value]) => !NOT_TYPED.has(name) && typeof value === "string");

  function fill(form, pairs) {
    for (const box of form.elements) {
      if (!box.name || box.type === "hidden" || box.type === "file" || NOT_TYPED.has(box.name)) continue;
      const values = pairs.filter(([name]) => name === box.name).map(([, value]) => value);
      if (box.type === "checkbox" || box.type === "radio") box.checked = values.includes(box.value);
      else if (box.tagName === "SELECT") for (const option of box.options) option.selected = values.includes(option.value);
      else if (box.tagName !== "BUTTON" && values.length) [box.value] = values;
    }
    form.querySelector("input, select, textarea")?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const placeOf = (form) => {
    const url = new URL(form.getAttribute("action") || location.href, location.href);
    return url.pathname + url.search;
  };

  async function mark(form, number) {
    const { offline: about, offlineVersions: versions } = form.dataset;
    const hidden = (name, value) => form.append(made("input", { type: "hidden", name, value }));
    hidden("offline", `${about} ${versions}`.trim());
    if (!form.elements.once) hidden("once", crypto.randomUUID());
    const place = placeOf(form);
    const key = `${location.pathname} ${place} ${number}`;
    let timer;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(keepNow, 400);
    });
    // put away, or shut, before the time is up
    document.addEventListener("visibilitychange", () => document.hidden && timer && keepNow());
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      timer = null;
    });

    function keepNow() {
      clearTimeout(timer);
      timer = null;
      draft().catch(() => {});
    }

    async function draft() {
      const lease = await kept.leaseAbout(about);
      if (!lease) return;
      const row = await kept.close(lease.outboxKey, `draft ${lease.user} ${key}`, { pairs: typed(form), at: Date.now() });
      await kept.put("drafts", { key, page: location.pathname, place, lease: lease.id, user: lease.user, ...row });
    }

    const row = await kept.get("drafts", key);
    const lease = row && (await kept.get("leases", row.lease));
    if (lease?.outboxKey) {
      const said = await kept.open(lease.outboxKey, `draft ${lease.user} ${key}`, row).catch(() => null);
      if (said) {
        fill(form, said.pairs);
        state.drafts.push(say("draft", { when: when(said.at) }));
      }
    } else if (!row && versions) await again(form, place);
  }

  // A form that says which version it answers is one thing, answered again: show the answer that waits.
  async function again(form, place) {
    const { mine } = await waiting();
    for (const entry of mine.reverse()) {
      const said = await kept.read(entry).catch(() => null);
      if (said?.place !== place || said.page !== location.pathname) continue;
      fill(form, [...new URLSearchParams(said.body)]);
      state.drafts.push(say("queued", { when: when(entry.at) }));
      return;
    }
  }

  // --- taking along ----------------------------------------------------------------------------------------------

  async function takeAlong(marks) {
    const registered = await navigator.serviceWorker.register("/offline-worker.js");
    // a browser that is asked throws it away last
    navigator.storage?.persist?.().catch(() => {});
    await navigator.serviceWorker.ready;
    for (const { dataset } of marks) {
      const pages = JSON.parse(dataset.pages);
      const lease = await kept.take({ ticket: dataset.offlineAlong, about: dataset.about, pages });
      if (lease) state.along = lease.until;
    }
    document.documentElement.dataset.offlineReady = "yes";
    return registered;
  }

  // --- signing out -------------------------------------------------------------------------------------------------

  function signsOut(form) {
    return form?.getAttribute("action")?.endsWith("/sign-out/") ?? false;
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!signsOut(form) || form.dataset.sure) return;
    event.preventDefault();
    const { mine } = await waiting();
    const said = state.warned || form.closest("main");
    if (mine.length && !said) {
      // the same button again signs out
      state.warned = true;
      await show();
      panel.scrollIntoView();
      return;
    }
    const users = new Set((await kept.all("leases")).map((one) => one.user));
    if (!mine.length) {
      const back = Promise.all([...users].map((user) => kept.giveBack(user)));
      await kept.patiently(back, 3_000).catch(() => {});
    }
    form.dataset.sure = "yes";
    form.requestSubmit();
  });

  // --- both versions -------------------------------------------------------------------------------------------------

  async function compare(table) {
    const answer = await fetch(table.dataset.offlineBoth);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fields = [...table.querySelectorAll("[data-field]")];
    const forms = [...page.querySelectorAll("main form")];
    const fit = (form) => fields.filter((row) => form.elements[row.dataset.field]).length;
    const form = forms.sort((a, b) => fit(b) - fit(a))[0];
    table.tHead.rows[0].append(made("th", { className: "govuk-table__header", scope: "col" }, say("now")));
    for (const row of fields) {
      const boxes = form ? [...form.elements].filter((box) => box.name === row.dataset.field) : [];
      const chosen = boxes.filter((box) => !["radio", "checkbox"].includes(box.type) || box.checked);
      const cell = made("td", { className: "govuk-table__cell throughline-long throughline-as-typed" });
      cell.append(made("bdi", {}, chosen.map((box) => box.value).join(", ")));
      row.append(cell);
      const label = boxes[0]?.closest("fieldset")?.querySelector("legend") ?? boxes[0]?.labels?.[0];
      if (label && boxes[0].type !== "hidden") row.cells[0].textContent = label.textContent.trim();
    }
  }

  // --- the page opens ------------------------------------------------------------------------------------------------

  async function begin() {
    await Promise.all([...document.querySelectorAll("form[data-offline]")].map(mark));
    await show();
    const both = document.querySelector("[data-offline-both]");
    if (both) await compare(both);
    const marks = [...document.querySelectorAll("[data-offline-along]")];
    if (marks.length) await takeAlong(marks).catch(() => {});
    const something = (await kept.all("leases")).length || (await kept.all("entries")).length;
    if (something) await run();
    else await show();
  }

  addEventListener("online", () => run());
  setInterval(async () => {
    if (!document.hidden && (await kept.all("entries")).length) await run();
  }, 60_000);
  begin();
})();
