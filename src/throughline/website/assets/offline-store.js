// What this device keeps for working without signal, shared by pages and the service worker. Nothing that says
// anything of a person stands here in the clear: pages, posts and drafts are closed with AES-GCM under keys that
// the server gives for one account and one incident, and that cannot be read out of the browser again.
"use strict";

self.throughlineOffline = (() => {
  const STORES = { things: "name", leases: "id", pages: "place", entries: "id", drafts: "key" };
  const UNATTENDED = { "Throughline-Unattended": "yes" };
  // how long the air may take before it counts as no signal
  const PATIENCE = 30_000;
  const HOUR = 3_600_000;
  // how many pages are fetched at once, and after how many without any answer the rest is left for later
  const AT_ONCE = 3;
  const SILENT = 3;
  let opened;

  // --- the store ---------------------------------------------------------------------------------------------

  function store() {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open("throughline", 1);
      asked.onupgradeneeded = () => {
        for (const [name, keyPath] of Object.entries(STORES)) asked.result.createObjectStore(name, { keyPath });
      };
      // a store that was closed, or did not open once, is opened anew by whoever asks next
      const anew = () => (opened = undefined);
      asked.onsuccess = () => {
        asked.result.onclose = anew;
        asked.result.onversionchange = () => {
          asked.result.close();
          anew();
        };
        resolve(asked.result);
      };
      asked.onerror = () => {
        anew();
        reject(asked.error);
      };
    });
    return opened;
  }

  // Runs `work` on some stores and answers when it is on the disk, not before.
  async function within(names, mode, work) {
    const transaction = (await store()).transaction(names, mode, { durability: "strict" });
    const stores = names.map((name) => transaction.objectStore(name));
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
    const result = await work(...stores);
    await done;
    return result;
  }

  const asked = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const get = (name, key) => within([name], "readonly", (rows) => asked(rows.get(key)));
  const all = (name) => within([name], "readonly", (rows) => asked(rows.getAll()));
  const put = (name, row) => within([name], "readwrite", (rows) => asked(rows.put(row)));
  const remove = (name, key) => within([name], "readwrite", (rows) => asked(rows.delete(key)));
  const thing = async (name) => (await get("things", name))?.value;
  const note = (name, value) => put("things", { name, value });

  async function device() {
    const drawn = crypto.randomUUID();
    return within(["things"], "readwrite", async (things) => {
      const known = await asked(things.get("device"));
      if (known) return known.value;
      things.put({ name: "device", value: drawn });
      return drawn;
    });
  }

  // --- closing and opening -----------------------------------------------------------------------------------

  const bytes = (text) => new TextEncoder().encode(text);

  // `bound` is what it is, for whom and where: elsewhere it does not open.
  async function close(key, bound, said) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const how = { name: "AES-GCM", iv, additionalData: bytes(bound) };
    return { iv, closed: await crypto.subtle.encrypt(how, key, bytes(JSON.stringify(said))) };
  }

  async function open(key, bound, row) {
    const how = { name: "AES-GCM", iv: row.iv, additionalData: bytes(bound) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, row.closed)));
  }

  const imported = (text) =>
    text && crypto.subtle.importKey("raw", Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), "AES-GCM", false, ["encrypt", "decrypt"]);

  // --- asking the site ---------------------------------------------------------------------------------------

  function patiently(promise, most = PATIENCE) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new TypeError("no signal")), most);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }

  // Who is signed in here, and how far this device's clock is off. Fails where there is no signal.
  async function here() {
    const before = Date.now();
    const answer = await patiently(fetch("/offline/here/", { headers: UNATTENDED, cache: "no-store" }));
    if (!answer.ok) throw new TypeError("no signal");
    const known = await answer.json();
    await note("clock", known.now - Math.round((before + Date.now()) / 2));
    if (known.user && (await thing("signedOut"))) {
      // signed out on this device without signal: the site is told before anything else
      await post("/sign-out/", {}, known.token);
      await remove("things", "signedOut");
      return here();
    }
    if (known.user) await lockOthers(known.user);
    return known;
  }

  function post(place, fields, token, headers = {}) {
    const body = fields instanceof URLSearchParams ? fields : new URLSearchParams(fields);
    return patiently(
      fetch(place, { method: "POST", body, redirect: "manual", headers: { ...UNATTENDED, "X-CSRFToken": token, ...headers } }),
    );
  }

  // --- leases: what is with this account on this device --------------------------------------------------------

  const pagesOf = (lease) => `page ${lease.user} ${lease.about}`;

  async function keep(given, names) {
    const keys = { pagesKey: await imported(given.pages), outboxKey: await imported(given.outbox) };
    const now = await thing("clock").then((clock = 0) => Date.now() + clock);
    await within(["leases"], "readwrite", async (leases) => {
      const known = (await asked(leases.get(given.id))) ?? { next: 0, pages: {} };
      const { id, user, about, label, until } = given;
      leases.put({ ...known, id, user, about, label, until, ...keys, pages: { ...known.pages, ...names }, renewed: now });
    });
    if (!keys.pagesKey) await dropPages(given.id);
    return get("leases", given.id);
  }

  async function leaseAbout(about, user) {
    const found = (await all("leases")).filter((one) => one.about === about && (!user || one.user === user));
    return found.sort((a, b) => b.until - a.until).find((one) => one.outboxKey);
  }

  // Takes the pages of a ticket along, a few at once: those that are missing, and again those that were taken more
  // than an hour ago. A page that is refused, leads elsewhere or does not come keeps no other from coming. `told`
  // hears how many are there. `only`: those alone are asked for. Answers as `withUs` does, with those that may come another time.
  async function take({ ticket, about, names, only }, told = () => {}) {
    const known = await here();
    if (!known.user) return null;
    let lease = await leaseAbout(about, known.user);
    const fresh = lease?.pagesKey && Date.now() + ((await thing("clock")) ?? 0) - lease.renewed < HOUR;
    if (!fresh || !Object.keys(names).every((place) => place in lease.pages)) {
      const answer = await post("/offline/leases/", { ticket, device: await device() }, known.token);
      if (!answer.ok) return null;
      lease = await keep(await answer.json(), names);
    }
    const rows = new Map((await all("pages")).map((row) => [row.place, row]));
    const isNew = (row) => row?.lease === lease.id && Date.now() - row.at < HOUR;
    const old = Object.keys(names).filter((place) => !isNew(rows.get(place)));
    const wanted = old.filter((place) => !only || only.has(place));
    const awaited = new Set();
    let there = Object.keys(names).length - old.length;
    let silent = 0;
    const say = () => told(there, Object.keys(names).length);
    const some = async () => {
      while (wanted.length) {
        const place = wanted.shift();
        let came = "";
        if (silent < SILENT) {
          came = await fetchPage(lease, place).catch(() => "");
          silent = came ? 0 : silent + 1;
        }
        if (came === "kept") there += 1;
        else if (came !== "refused") awaited.add(place);
        say();
      }
    };
    if (wanted.length) say();
    await Promise.all(Array.from({ length: AT_ONCE }, some));
    return { ...(await withUs(about, names)), awaited };
  }

  // How many of some pages about a matter can be read here without signal, until when, and what the others are called.
  async function withUs(about, names) {
    const lease = (await all("leases")).find((one) => one.about === about && one.pagesKey);
    const held = lease && !(await lapsed(lease)) ? await placesOf(lease) : new Set();
    const missing = Object.entries(names).filter(([place]) => !held.has(place));
    return { until: lease?.until, held: Object.keys(names).length - missing.length, of: Object.keys(names).length, missing };
  }

  const placesOf = async (lease) => new Set((await all("pages")).filter((row) => row.lease === lease.id).map((row) => row.place));

  // All that can be read here now, whatever it is about.
  async function readable() {
    const open = [];
    for (const lease of await all("leases")) if (lease.pagesKey && !(await lapsed(lease))) open.push(...(await placesOf(lease)));
    return new Set(open);
  }

  // Fetches a page and keeps it; says "refused" where this account has no such page. Fails where nobody answers.
  async function fetchPage(lease, place) {
    const answer = await patiently(fetch(place, { headers: UNATTENDED, redirect: "manual" }));
    if (answer.status >= 500 || answer.status === 429) throw new TypeError("not now");
    if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("text/html")) return "refused";
    await keepPage(lease, place, answer);
    return "kept";
  }

  async function keepPage(lease, place, answer) {
    if (!lease?.pagesKey || !answer.headers.get("Content-Type")?.startsWith("text/html")) return;
    const at = Date.now();
    const said = { body: await answer.text(), policy: answer.headers.get("Content-Security-Policy"), at };
    const { iv, closed } = await close(lease.pagesKey, `${pagesOf(lease)} ${place}`, said);
    await put("pages", { place, lease: lease.id, at, iv, closed });
  }

  async function leaseOfPage(place) {
    return (await all("leases")).find((lease) => lease.pagesKey && place in lease.pages);
  }

  // A page as it was taken along, or nothing where it was not, or may not be read any more.
  async function readPage(place) {
    const row = await get("pages", place);
    const lease = row && (await get("leases", row.lease));
    if (!lease?.pagesKey || (await lapsed(lease))) return null;
    return open(lease.pagesKey, `${pagesOf(lease)} ${place}`, row);
  }

  const lapsed = async (lease) => Date.now() + ((await thing("clock")) ?? 0) > lease.until;

  async function dropPages(lease) {
    for (const row of await all("pages")) if (row.lease === lease) await remove("pages", row.place);
  }

  // Somebody else's keys are not left lying here; what they wrote stays, closed, until they sign in again.
  async function lockOthers(user) {
    for (const lease of await all("leases")) {
      if (lease.user === user || (!lease.pagesKey && !lease.outboxKey)) continue;
      await lock(lease);
    }
  }

  async function lock(lease) {
    await dropPages(lease.id);
    await within(["leases"], "readwrite", async (leases) => {
      const known = await asked(leases.get(lease.id));
      if (known) leases.put({ ...known, pagesKey: null, outboxKey: null });
    });
  }

  async function lockAll() {
    for (const lease of await all("leases")) await lock(lease);
  }

  // Before signing out with nothing waiting: nothing of it stays on the device.
  async function giveBack(user) {
    const known = await here();
    for (const lease of await all("leases")) {
      if (lease.user !== user || known.user !== user || (await entriesOf(lease.id)).length) continue;
      await post(`/offline/leases/${lease.id}/seen/`, { waiting: 0 }, known.token);
      const answer = await post(`/offline/leases/${lease.id}/return/`, {}, known.token);
      if (answer.ok && (await answer.json()).ended) {
        await dropPages(lease.id);
        await remove("leases", lease.id);
      }
    }
  }

  // --- the outbox ----------------------------------------------------------------------------------------------

  async function entriesOf(lease) {
    return (await all("entries")).filter((one) => one.lease === lease).sort((a, b) => a.order - b.order);
  }

  // Keeps a post as it was typed. `marked` is the form's own field: what it is about, and its version fields.
  async function queue({ place, page, body, marked }) {
    const [about, ...versions] = marked.split(" ").filter(Boolean);
    const lease = await leaseAbout(about);
    if (!lease) return null;
    const entry = { id: crypto.randomUUID(), lease: lease.id, user: lease.user, at: Date.now() };
    body.delete("csrfmiddlewaretoken");
    // sent again, it is no longer in the order of its page
    body.delete("nth");
    const said = { place, page, body: body.toString(), versions, known: await thing("clock") };
    const row = await close(lease.outboxKey, `entry ${entry.user} ${entry.id}`, said);
    await within(["leases", "entries", "drafts"], "readwrite", async (leases, entries, drafts) => {
      const held = await asked(leases.get(lease.id));
      entries.put({ ...entry, ...row, order: held.next });
      leases.put({ ...held, next: held.next + 1 });
      await forget(drafts, page, place);
    });
    return entry;
  }

  // The draft of a form that was kept or sent.
  async function forget(drafts, page, place) {
    for (const row of await asked(drafts.getAll())) if (row.page === page && row.place === place) drafts.delete(row.key);
  }

  const sent = (page, place) => within(["drafts"], "readwrite", (drafts) => forget(drafts, page, place));

  async function read(entry) {
    const lease = await get("leases", entry.lease);
    return lease?.outboxKey ? open(lease.outboxKey, `entry ${entry.user} ${entry.id}`, entry) : null;
  }

  // One at a time, whichever page or the worker asks: whoever comes second hears how it stands after the first.
  async function sync(told = () => {}) {
    if (!navigator.locks) return sendAll(told);
    return navigator.locks.request("throughline-outbox", () => sendAll(told));
  }

  async function sendAll(told) {
    const known = await here();
    const report = { user: known.user, conflicts: known.conflicts, sent: 0, kept: 0, stopped: "" };
    if (!known.user) return { ...report, stopped: "sign-in" };
    const refresh = new Map();
    const waiting = (await all("entries")).filter((entry) => entry.user === known.user).length;
    for (const lease of await all("leases")) {
      if (lease.user !== known.user) continue;
      const held = await unlocked(lease, known.token);
      if (!held) continue;
      for (const entry of await entriesOf(lease.id)) {
        told(report.sent + report.kept, waiting);
        const outcome = await send(entry, known.token, refresh);
        if (outcome === "taken") report.sent += 1;
        else if (outcome === "conflict") report.kept += 1;
        else {
          report.stopped = outcome;
          break;
        }
      }
      await tell(lease.id, known.token);
      if (report.stopped === "sign-in") break;
    }
    for (const [place, lease] of refresh) {
      if (await get("pages", place)) await fetchPage(await get("leases", lease), place).catch(() => {});
    }
    if (report.sent || report.kept) report.conflicts = (await here()).conflicts;
    return report;
  }

  // A lease with its keys, fetched again where they were locked away.
  async function unlocked(lease, token) {
    if (lease.outboxKey) return lease;
    const waiting = (await entriesOf(lease.id)).length;
    const answer = await post(`/offline/leases/${lease.id}/keys/`, { waiting }, token);
    if (!answer.ok) return null;
    return keep(await answer.json(), {});
  }

  async function send(entry, token, refresh) {
    const said = await read(entry);
    const headers = {
      "Throughline-Entry": entry.id,
      "Throughline-Entry-Lease": entry.lease,
      "Throughline-Entry-Order": String(entry.order),
      "Throughline-Entry-Typed": String(entry.at),
      "Throughline-Entry-Sent": String(Date.now()),
      "Throughline-Entry-Versions": said.versions.join(" "),
    };
    if (said.known !== undefined) headers["Throughline-Entry-Known"] = String(said.known);
    let outcome = "later";
    try {
      const answer = await post(said.place, new URLSearchParams(said.body), token, headers);
      if (answer.headers.get("Content-Type")?.startsWith("application/json")) ({ outcome } = await answer.json());
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      outcome = "no-signal";
    }
    if (outcome === "taken" || outcome === "conflict") {
      await remove("entries", entry.id);
      refresh.set(said.page, entry.lease);
      refresh.set(said.place, entry.lease);
    } else {
      await put("entries", { ...entry, stopped: outcome });
    }
    return outcome;
  }

  // Says how much still waits, so that a sergeant can see what is stuck; a lease that is over closes its pages.
  async function tell(id, token) {
    const waiting = (await entriesOf(id)).length;
    const answer = await post(`/offline/leases/${id}/seen/`, { waiting }, token);
    if (!answer.ok) return;
    const { open: stands } = await answer.json();
    if (stands) return;
    await dropPages(id);
    await within(["leases"], "readwrite", async (leases) => {
      const held = await asked(leases.get(id));
      if (held && waiting) leases.put({ ...held, pagesKey: null });
      else leases.delete(id);
    });
  }

  return {
    all, get, put, remove, thing, note, close, open, patiently, here, post, take, withUs, readable, keepPage, leaseOfPage, readPage,
    leaseAbout, lockAll, giveBack, entriesOf, queue, read, sent, sync,
  };
})();
