// Service worker: caches the member page, which has no personal data, and its files, for use without
// network. Answers of the API are never cached.
const told = new URL(self.location.href).searchParams;
const version = told.get("v");
const page = new URL(self.registration.scope);
const folder = new URL(`files/${version}/`, self.location.href);
const FILES = [
  "base.css", "app.css", "load.js", "app.js", "session.js", "sections.js", "bills.js", "parts.js",
  "live.js", "codes.js", "login.js", "qrcode.js",
];
const family = `walletdesk me ${page.pathname} `;
const name = `${family}${version} ${told.get("lang")}`;
const PATIENCE_MS = 3_000;

/**
 * The whole page of an answer, as an answer of its own. Throws if it is anything else: a refusal,
 * a body that breaks off or does not come in time, or the page of somebody else, such as the portal
 * of a network.
 */
async function wholePage(answer) {
  const kind = answer.headers.get("Content-Type") ?? "";
  if (answer.status !== 200 || !kind.startsWith("text/html")) {
    throw new Error(`the page answered ${answer.status} ${kind}`);
  }
  const text = await answer.text();
  if (!text.includes('<main id="me"') || !text.trimEnd().endsWith("</html>")) {
    throw new Error("the page is not whole");
  }
  return new Response(text, { headers: answer.headers });
}

async function keepAll() {
  const cache = await caches.open(name);
  const shell = await fetch(`${page.href}?lang=${told.get("lang")}`, { cache: "no-store" });
  await cache.put(page.href, await wholePage(shell));
  await cache.addAll(FILES.map((file) => new URL(file, folder).href));
  await self.skipWaiting();
}

async function forgetOthers() {
  for (const each of await caches.keys()) {
    if (each.startsWith(family) && each !== name) await caches.delete(each);
  }
  await self.clients.claim();
}

const kept = async (address) => (await caches.open(name)).match(address);

/** The page from the network, if all of it comes in time; otherwise the cached one. */
async function shellFor(request) {
  const stored = await kept(page.href);
  if (!stored) return fetch(request);
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS); // For the body, too.
    return await wholePage(await fetch(request, { signal }));
  } catch {
    return stored; // For whatever reason it failed: the card in it is needed at the door.
  }
}

/** A file of this version, from the cache first: its content never changes. */
async function fileFor(request) {
  return (await kept(request.url)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== page.origin) return;
  if (address.pathname === page.pathname) {
    if (request.mode === "navigate") event.respondWith(shellFor(request));
  } else if (address.pathname.startsWith(folder.pathname)) event.respondWith(fileFor(request));
});
