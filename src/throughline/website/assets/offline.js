// Working without signal, as a page sees it: takes along what the page says can be taken along, keeps what is
// typed into marked forms, says what waits on this device, and sends it. Without this script all pages work with
// signal as they always do.
"use strict";

(() => {
  if (!("serviceWorker" in navigator) || !("indexedDB" in window) || !crypto.subtle) return;
  const kept = self.throughlineOffline;
  const words = JSON.parse(document.getElementById("offline-words")?.dataset.words ?? "{}");
  const main = document.getElementById("main-content");
  const NOT_TYPED = new Set(["csrfmiddlewaretoken", "once", "nth", "offline"]);
  const state = { user: undefined, conflicts: undefined, sent: 0, waited: [], stopped: "", drafts: [], warned: false, along: null, taking: null };

  const say = (name, told = {}) => (words[name] ?? name).replace(/\{(\w+)\}/g, (_, key) => told[key]);
  const when = (ms) => new Date(ms).toLocaleString(document.documentElement.lang.replace(/^(en)?$/, "en-GB"), { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });

  function made(tag, told = {}, ...inside) {
    const element = Object.assign(document.createElement(tag), told);
    element.append(...inside);
    return element;
  }

  // --- what waits, at the head of every page -------------------------------------------------------------------

  const panel = made("div", { className: "throughline-offline", hidden: true });
  const readOut = made("div");
  readOut.setAttribute("role", "status");
  // beside what is read out: it changes with every page
  const bar = made("progress", { className: "throughline-offline__bar" });
  const far = made("label", {}, made("span"), bar);
  panel.append(readOut);
  main?.prepend(panel);

  // What stands below the panel stays where it is in the window while the panel grows or shrinks, so that nothing
  // moves under a finger: the page is scrolled by as much, or the panel keeps its place where that cannot be.
  function still(change) {
    const root = document.documentElement;
    const top = () => panel.nextElementSibling?.getBoundingClientRect().top ?? 0;
    const [before, tall] = [top(), panel.offsetHeight];
    panel.style.minHeight = "";
    change();
    const moved = top() - before;
    const tallest = scrollY + moved + innerHeight;
    if (moved > 0 && tallest > root.scrollHeight) root.style.minHeight = `${tallest}px`;
    if (scrollY + moved >= 0) scrollBy({ top: moved, behavior: "instant" });
    else {
      panel.style.minHeight = `${tall}px`;
      panel.hidden = false;
    }
  }

  // How far something long is; nothing once it is over.
  function progress(name, n, of) {
    if (n >= of) return still(() => far.remove());
    far.firstElementChild.textContent = say(name, { n, of });
    Object.assign(bar, { value: n, max: of });
    if (panel.hidden || !far.isConnected) {
      still(() => {
        panel.hidden = false;
        panel.append(far);
      });
    }
  }

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
    state.waited = [...mine, ...others].map((one) => one.id);
    const lines = [];
    const line = (text, ...more) => lines.push(made("p", {}, text, ...more));
    const link = (href, text) => made("a", { href, className: "govuk-link" }, text);
    const at = document.documentElement.dataset.offlineKept;
    const shell = document.getElementById("offline-waiting");
    if (at) line(say("keptPage", { when: when(Number(at)) }), " ", link("/offline/", say("withYou")));
    if (shell && location.pathname !== "/offline/") line(made("strong", {}, say("notWithYou")));
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
    if (state.along && !at) lines.push(...alongLines(state.along));
    if (mine.length && (state.warned || signsOut(document.querySelector("main form")))) {
      line(made("strong", {}, say("signOut", { n: mine.length })));
    }
    panel.classList.toggle("throughline-offline--waits", Boolean(mine.length || state.conflicts));
    still(() => {
      panel.hidden = !lines.length && !far.isConnected;
      renew(readOut, lines);
    });
    await list(mine, others);
    return mine;
  }

  // What of the pages of this visit is here, and by name what is not.
  function alongLines({ held, of, until, missing, awaited }) {
    const lines = [made("p", {}, held ? say("along", { n: held, of, when: when(until) }) : say("nothingAlong"))];
    if (held && missing.length) lines.push(made("p", {}, say("missing", { what: missing.map(([, name]) => name).join("; ") })));
    if (missing.some(([place]) => awaited.has(place))) lines.push(made("p", {}, say("again")));
    return lines;
  }

  // The page of what waits.
  async function list(mine, others) {
    const place = document.getElementById("offline-waiting");
    if (!place) return;
    const leases = new Map((await kept.all("leases")).map((one) => [one.id, one]));
    const rows = [];
    for (const entry of mine) {
      const said = await kept.read(entry).catch(() => null);
      const lease = leases.get(entry.lease);
      const about = [lease?.label, said && lease?.pages[said.page]].filter(Boolean).join(", ");
      const text = `${about} ${say("keptAt", { when: when(entry.at) })}`.trim();
      const row = said ? made("a", { href: said.page, className: "govuk-link" }, text) : made("span", {}, text, " ", say("locked"));
      rows.push(made("li", {}, row));
    }
    const readable = await kept.readable();
    const parts = [];
    if (rows.length) parts.push(made("ol", { className: "govuk-list govuk-list--number" }, ...rows));
    else if (!others.length) parts.push(made("p", { className: "govuk-body" }, say("nothing")));
    for (const lease of leases.values()) {
      if (!lease.pagesKey) continue;
      const known = Object.entries(lease.pages);
      const [here, away] = [known.filter(([href]) => readable.has(href)), known.filter(([href]) => !readable.has(href))];
      const title = made("h2", { className: "govuk-heading-m" }, say("pages", { what: lease.label }));
      const items = here.map(([href, name]) => made("li", {}, made("a", { href, className: "govuk-link" }, name)));
      if (items.length) parts.push(title, made("p", { className: "govuk-hint" }, say("until", { when: when(lease.until) })), made("ul", { className: "govuk-list govuk-list--bullet" }, ...items));
      if (away.length) parts.push(made("p", { className: "govuk-body" }, say("missing", { what: away.map(([, name]) => name).join("; ") })));
    }
    renew(place, parts);
  }

  // Said again only where it says something else: whoever stands on a link of it stays there.
  function renew(place, parts) {
    const next = made("div", {}, ...parts);
    if (next.innerHTML !== place.firstElementChild?.innerHTML) place.replaceChildren(next);
  }

  // On a page that was taken along: what it leads to that was not, and what it asks for that cannot be kept.
  async function sayWhatNeedsSignal() {
    if (!document.documentElement.dataset.offlineKept || !main) return;
    const readable = await kept.readable();
    const needs = (tag, className) => made(tag, { className }, say("needs"));
    for (const link of document.querySelectorAll("#main-content a[href], .govuk-back-link")) {
      const { origin, pathname, search } = new URL(link.href, location.href);
      const works = link.getAttribute("href").startsWith("#") || panel.contains(link) || pathname === "/offline/";
      if (works || origin !== location.origin || readable.has(pathname + search)) continue;
      link.append(" ", needs("span", "throughline-offline__needs"));
    }
    for (const form of main.querySelectorAll("form[method=post]:not([data-offline])")) {
      if (!signsOut(form)) form.append(needs("p", "govuk-hint throughline-offline__needs"));
    }
  }

  async function run() {
    try {
      const report = await kept.sync((n, of) => progress("sending", n, of));
      // what the worker sent by itself counts too: gone from here, and no conflict
      const left = new Set((await kept.all("entries")).map((one) => one.id));
      const gone = state.waited.filter((id) => !left.has(id)).length;
      state.sent += Math.max(0, gone - Math.max(0, report.conflicts - (state.conflicts ?? report.conflicts - report.kept)));
      state.user = report.user;
      state.conflicts = report.conflicts;
      state.stopped = report.stopped;
    } catch {
      state.stopped = "no-signal";
    }
    if (!state.taking) still(() => far.remove());
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
    } else if (!row) await again(form, place, versions);
  }

  // A form that says which version it answers is one thing, answered again: show the answer that waits. Of any other
  // say at its foot how often it waits: what it sent is not on the page yet.
  async function again(form, place, versions) {
    const { mine } = await waiting();
    const fixed = [...form.elements].filter((box) => box.type === "hidden" && !NOT_TYPED.has(box.name));
    const sent = [];
    for (const entry of mine) {
      const said = await kept.read(entry).catch(() => null);
      const pairs = new URLSearchParams(said?.body);
      const same = said?.place === place && said.page === location.pathname;
      if (same && (versions || fixed.every((box) => pairs.get(box.name) === box.value))) sent.push({ pairs, at: entry.at });
    }
    if (!sent.length) return;
    const latest = sent.at(-1);
    if (versions) {
      fill(form, [...latest.pairs]);
      state.drafts.push(say("queued", { when: when(latest.at) }));
    } else form.append(made("p", { className: "govuk-hint throughline-offline__needs" }, say("waitsHere", { n: sent.length, when: when(latest.at) })));
  }

  // --- taking along ----------------------------------------------------------------------------------------------

  // Ready for what is there, and says what is not. What did not come is asked for again; what was refused is asked
  // for again when a page is opened.
  async function takeAlong() {
    const mark = document.querySelector("[data-offline-along]");
    if (!mark || state.taking) return;
    state.taking = taken(mark.dataset).catch(() => null);
    const came = await state.taking;
    state.taking = null;
    still(() => far.remove());
    const names = JSON.parse(mark.dataset.pages);
    const stands = await kept.withUs(mark.dataset.about, names);
    state.along = { ...stands, awaited: came?.awaited ?? new Set(Object.keys(names)) };
    const { held, of } = state.along;
    await show();
    document.documentElement.dataset.offlineReady = held === of ? "yes" : held ? "part" : "no";
  }

  async function taken({ offlineAlong: ticket, about, pages }) {
    await navigator.serviceWorker.register("/offline-worker.js");
    // a browser that is asked throws it away last
    navigator.storage?.persist?.().catch(() => {});
    await navigator.serviceWorker.ready;
    return kept.take({ ticket, about, names: JSON.parse(pages), only: state.along?.awaited }, (n, of) => progress("taking", n, of));
  }

  const isShort = () => state.along?.missing.some(([place]) => state.along.awaited.has(place));

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
      const isChoice = (box) => ["radio", "checkbox"].includes(box.type);
      const chosen = boxes.filter((box) => !isChoice(box) || box.checked);
      const words = (box) => (isChoice(box) && box.labels?.[0]?.textContent.trim()) || box.value;
      const cell = made("td", { className: "govuk-table__cell throughline-long throughline-as-typed" });
      cell.append(made("bdi", {}, chosen.map(words).join(", ")));
      row.append(cell);
      const typed = row.querySelector("td bdi");
      const meant = boxes.filter((box) => isChoice(box) && typed.textContent.split(", ").includes(box.value));
      if (meant.length) typed.textContent = meant.map(words).join(", ");
      const own = boxes[0] && !isChoice(boxes[0]) ? boxes[0].labels?.[0] : null;
      const label = own ?? boxes[0]?.closest("fieldset")?.querySelector("legend") ?? boxes[0]?.labels?.[0];
      if (label && boxes[0].type !== "hidden") row.cells[0].textContent = label.textContent.trim();
    }
  }

  // --- the page opens ------------------------------------------------------------------------------------------------

  async function begin() {
    await Promise.all([...document.querySelectorAll("form[data-offline]")].map(mark));
    await show();
    const both = document.querySelector("[data-offline-both]");
    if (both) await compare(both);
    await sayWhatNeedsSignal();
    await takeAlong();
    const something = (await kept.all("leases")).length || (await kept.all("entries")).length;
    if (something) await run();
    else await show();
  }

  async function withSignal() {
    await run();
    if (isShort()) await takeAlong();
  }

  // Not every device says when there is signal again, or says so before anything comes through: while somebody waits for it
  // it is tried often, and else by the minute; never while the last try still waits for an answer.
  const OFTEN = 5_000;
  const SELDOM = 60_000;
  let tried = Date.now();

  async function lookAgain() {
    try {
      const due = Date.now() - tried >= (state.stopped === "no-signal" ? OFTEN : SELDOM);
      if (document.hidden || !due) return;
      tried = Date.now();
      // what this page says is waiting may have been sent by the worker
      if (isShort() || state.waited.length || (await kept.all("entries")).length) await withSignal();
    } finally {
      setTimeout(lookAgain, OFTEN);
    }
  }

  addEventListener("online", () => withSignal());
  setTimeout(lookAgain, OFTEN);
  begin();
})();
