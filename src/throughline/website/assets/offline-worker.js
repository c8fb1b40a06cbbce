// Stands between the pages and the air: where there is signal it lets everything through, where there is none it
// answers with what was taken along and keeps what was sent. SHELL and ASSETS are said by the page that serves it.
"use strict";

const kept = self.throughlineOffline;
const CACHE = "throughline-assets";
const SIGN_OUT = "/sign-out/";
// a site that is down behind a proxy that is up is no signal either
const DOWN = [502, 503, 504];
// how long somebody with the page in hand waits for a newer one
const PATIENCE = 6_000;

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function fill() {
  const cache = await caches.open(CACHE);
  // the shell is the same for everybody: fetched as nobody, it names nobody
  const shell = await fetch(new Request(SHELL, { credentials: "omit", cache: "reload" }));
  if (!shell.ok) throw new Error("the page for what waits did not come");
  await cache.put(SHELL, shell);
  await cache.addAll(ASSETS.map((name) => new Request(name, { cache: "reload" })));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(page(event, url));
  else if (request.mode === "navigate" && request.method === "POST") event.respondWith(form(event, url));
  else if (request.method === "GET" && ASSETS.includes(url.pathname)) event.respondWith(asset(request));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(kept.sync());
});

async function asset(request) {
  const cache = await caches.open(CACHE);
  const held = await cache.match(request);
  try {
    const answer = await kept.patiently(fetch(request), held ? 3_000 : 60_000);
    if (answer.ok) await cache.put(request, answer.clone());
    return DOWN.includes(answer.status) && held ? held : answer;
  } catch (error) {
    if (held) return held;
    throw error;
  }
}

async function page(event, url) {
  const place = url.pathname + url.search;
  const held = await kept.readPage(place).catch(() => null);
  try {
    if (await kept.thing("signedOut")) await kept.here();
    const answer = await kept.patiently(fetch(event.request), held ? PATIENCE : 60_000);
    if (DOWN.includes(answer.status)) throw new TypeError("no signal");
    const lease = answer.ok && (await kept.leaseOfPage(place));
    if (lease) event.waitUntil(kept.keepPage(lease, place, answer.clone()).catch(() => {}));
    return answer;
  } catch {
    if (held) return shown(held);
    return (await caches.match(SHELL)) ?? Response.error();
  }
}

// The page as it was taken along: marked as such, and its forms are forms of their own once more.
function shown({ body, policy, at }) {
  const fresh = body
    .replace(/<html\b/, `<html data-offline-kept="${at}"`)
    .replaceAll(/(name="once" value=")[^"]*/g, (_, before) => before + crypto.randomUUID());
  const headers = { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" };
  if (policy) headers["Content-Security-Policy"] = policy;
  return new Response(fresh, { headers });
}

async function form(event, url) {
  const kind = event.request.headers.get("Content-Type") ?? "";
  const body = kind.startsWith("application/x-www-form-urlencoded") && new URLSearchParams(await event.request.clone().text());
  const place = url.pathname + url.search;
  const page = event.request.referrer ? new URL(event.request.referrer).pathname : place;
  try {
    // a way to the sign-in page looks like success from here: what was typed would be gone
    if (body && (await signedOut(body.get("offline")))) return queued(body, place, page);
    const answer = await kept.patiently(fetch(event.request));
    if (DOWN.includes(answer.status)) throw new TypeError("no signal");
    if (answer.type === "opaqueredirect" || answer.redirected) {
      event.waitUntil(kept.sent(page, place));
      // signed out with signal; what waits stays, and its keys go
      if (url.pathname === SIGN_OUT) await kept.lockAll();
      if (url.pathname.startsWith("/sign-in/")) await kept.remove("things", "signedOut");
    }
    return answer;
  } catch {
    if (url.pathname === SIGN_OUT) {
      await kept.lockAll();
      await kept.note("signedOut", true);
      return Response.redirect(SHELL, 303);
    }
    return queued(body, place, page);
  }
}

// Whether the session of whoever took along what a marked form is about has ended, or is somebody else's.
async function signedOut(marked) {
  const lease = marked && (await kept.leaseAbout(marked.split(" ")[0]));
  return Boolean(lease) && (await kept.here()).user !== lease.user;
}

// Kept as typed. It may have reached the site before the signal went: its `once` then says so as it is sent again.
async function queued(body, place, page) {
  const marked = body && body.get("offline");
  const entry = marked ? await kept.queue({ place, page, body, marked }) : null;
  if (!entry) return Response.redirect(`${SHELL}#not-kept`, 303);
  // where the browser can, it sends by itself when there is signal, with no page open
  await self.registration.sync?.register("outbox").catch(() => {});
  const back = (await kept.get("pages", place)) ? place : (await kept.get("pages", page)) ? page : SHELL;
  return Response.redirect(back, 303);
}
