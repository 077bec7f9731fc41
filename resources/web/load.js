// Starts the module of a page. One that does not load is said on the page, and tried again.
//
// A browser keeps a failed import for as long as the page lives, so the page is loaded anew; but only
// once it and all its modules can be had, or the error of a server would stand in its place.
(() => {
  "use strict";
  const SLOW_MS = 8_000;
  const LONGEST_MS = 60_000;
  const script = document.currentScript;
  const told = document.getElementById("stuck");
  const modules = script.dataset.modules.split(" ").map((name) => new URL(name, script.src).href);
  let tries = history.state?.tries ?? 0;

  function say(stuck) {
    told.hidden = !stuck;
    told.classList.toggle("now", stuck);
  }

  /** Milliseconds until the next try, those that the service asks for included. */
  function pause(asked) {
    const growing = Math.min(LONGEST_MS, 1_000 * 2 ** tries) * (0.75 + Math.random() / 2);
    return Math.max(growing, 1_000 * asked);
  }

  /** Seconds to wait for the page and its modules, 0 if all can be had now. Throws without network. */
  async function wait() {
    for (const address of [location.href, ...modules]) {
      const answer = await fetch(address);
      await answer.arrayBuffer();
      const isPage = address === location.href && answer.status === 404; // also says something
      if (!answer.ok && !isPage) return Number(answer.headers.get("Retry-After")) || 1;
    }
    return 0;
  }

  async function tryAgain(asked = 0) {
    await new Promise((resolve) => setTimeout(resolve, pause(asked)));
    tries += 1;
    const seconds = await wait().catch(() => 1);
    if (seconds > 0) return tryAgain(seconds);
    history.replaceState({ tries }, "");
    location.reload();
  }

  say(false);
  const slow = setTimeout(() => say(true), SLOW_MS);
  import(modules[0])
    .then(
      () => say(false),
      (error) => {
        console.error(error);
        say(true);
        tryAgain();
      },
    )
    .finally(() => clearTimeout(slow));
})();
