// Service worker: caches the member page, which has no personal data, and its files, for use without
// network. Answers of the API are never cached.
const told = new URL(self.location.href).searchParams;
const version = told.get("v");
const page = new URL(self.registration.scope);
const allFiles = new URL("files/", self.location.href);
const folder = new URL(`${version}/`, allFiles);
const FILES = [
  "base.css", "app.css", "load.js", "app.js", "session.js", "sections.js", "bills.js", "plans.js",
  "parts.js", "live.js", "codes.js", "login.js", "clock.js", "qrcode.js",
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

/** The version of the files that a page names. */
const versionOf = (text) => /data-version="([0-9a-f]+)"/.exec(text)?.[1];

/** A whole file of an answer, as an answer of its own. Throws if it is anything else. */
async function wholeFile(answer) {
  const kind = answer.headers.get("Content-Type") ?? "";
  if (answer.status !== 200 || answer.redirected || !/^text\/(css|javascript)/.test(kind)) {
    throw new Error(`a file answered ${answer.status} ${kind}`);
  }
  return new Response(await answer.arrayBuffer(), { headers: answer.headers });
}

const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** Whether files are those of this version, which is the beginning of a digest of their digests. */
async function areOurs(files) {
  const contents = files.map((each) => each.clone().arrayBuffer());
  const digests = await Promise.all(contents.map(async (each) => sha256(await each)));
  const all = await sha256(await new Blob(digests).arrayBuffer());
  const text = [...all].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.startsWith(version);
}

/** All files of this version; throws if one is not what the service has of it. */
async function ownFiles(addresses) {
  for (const cache of ["default", "reload"]) {
    const coming = addresses.map((each) => fetch(each, { cache }).then(wholeFile));
    const files = await Promise.all(coming);
    if (await areOurs(files)) return files;
  }
  throw new Error("a file is not of this version");
}

async function keepAll() {
  const cache = await caches.open(name);
  const answer = await fetch(`${page.href}?lang=${told.get("lang")}`, { cache: "no-store" });
  const shell = await wholePage(answer);
  if (versionOf(await shell.clone().text()) !== version) throw new Error("the page is a newer one");
  const addresses = FILES.map((file) => new URL(file, folder).href);
  const files = await ownFiles(addresses);
  await Promise.all(files.map((each, place) => cache.put(addresses[place], each)));
  await cache.put(page.href, shell);
  await self.skipWaiting();
}

/** Cache the files that a newer page names; throws if one cannot be had. */
async function keepFilesOf(text) {
  const cache = await caches.open(name);
  const newer = new URL(`${versionOf(text)}/`, allFiles);
  const named = [...text.matchAll(/(?:href|src)="files\/[0-9a-f]+\/([a-z-]+\.[a-z]+)"/g)];
  const modules = (/data-modules="([^"]*)"/.exec(text)?.[1] ?? "").split(" ").filter(Boolean);
  const files = [...named.map(([, file]) => file), ...modules];
  await Promise.all(files.map(async (file) => {
    const address = new URL(file, newer).href;
    if (await cache.match(address)) return;
    await cache.put(address, await fetch(address).then(wholeFile));
  }));
}

async function forgetOthers() {
  for (const each of await caches.keys()) {
    if (each.startsWith(family) && each !== name) await caches.delete(each);
  }
  await self.clients.claim();
}

const kept = async (address) => (await caches.open(name)).match(address);

/** A promise that is rejected once a signal is aborted. */
const aborted = (signal) => new Promise((_, reject) => {
  signal.addEventListener("abort", () => reject(signal.reason));
});

/**
 * The page from the network, if all of it comes in time; otherwise the cached one. A newer page is
 * shown with its files only: without one of them it would show no card.
 */
async function shellFor(event) {
  const { request } = event;
  const stored = await kept(page.href);
  if (!stored) return fetch(request);
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS); // For the body, too.
    const whole = await wholePage(await fetch(request, { signal }));
    const text = await whole.clone().text();
    if (versionOf(text) !== version) {
      const files = keepFilesOf(text);
      event.waitUntil(files.catch(() => null)); // Those that come late are there the next time.
      await Promise.race([files, aborted(signal)]);
    }
    return whole;
  } catch {
    return stored; // For whatever reason it failed: the card in it is needed at the door.
  }
}

/** A file of a version, from the cache first: its content never changes. */
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
    if (request.mode === "navigate") event.respondWith(shellFor(event));
  } else if (address.pathname.startsWith(allFiles.pathname)) event.respondWith(fileFor(request));
});
