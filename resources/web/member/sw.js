// Service worker: caches the member page, which has no personal data, and its files, for use without
// network. Answers of the API are never cached.
const told = new URL(self.location.href).searchParams;
const version = told.get("v");
const page = new URL(self.registration.scope);
const folder = new URL(`files/${version}/`, self.location.href);
const FILES = [
  "base.css", "app.css", "app.js", "session.js", "sections.js", "bills.js", "parts.js", "live.js",
  "codes.js", "login.js", "qrcode.js",
];
const family = `walletdesk me ${page.pathname} `;
const name = `${family}${version} ${told.get("lang")}`;
const PATIENCE_MS = 3_000;

async function keepAll() {
  const cache = await caches.open(name);
  const shell = await fetch(`${page.href}?lang=${told.get("lang")}`, { cache: "no-store" });
  if (!shell.ok) throw new Error(`the page answered ${shell.status}`);
  await cache.put(page.href, shell);
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

/** The page from the network, or from the cache if the network is missing, slow or failing. */
async function shellFor(request) {
  let answer = null;
  try {
    answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    answer = null; // For whatever reason it failed, the cached page is used.
  }
  if (answer && answer.status < 500) return answer;
  return (await kept(page.href)) ?? answer ?? Response.error();
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
