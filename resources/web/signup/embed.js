// Embeds the signup page in a frame after this script, with the height of the page.
(function () {
  "use strict";
  var script = document.currentScript || document.querySelector("script[data-organization]");
  if (!script || !script.dataset.organization) return;
  var told = script.dataset;
  var path = "../" + encodeURIComponent(told.organization);
  if (told.plan) path += "/" + encodeURIComponent(told.plan);
  var address = new URL(path, script.src);
  if (told.lang) address.searchParams.set("lang", told.lang);
  var frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = told.title || told.organization;
  frame.style.cssText = "display:block;width:100%;height:40rem;border:0";
  script.parentNode.insertBefore(frame, script.nextSibling);
  window.addEventListener("message", function (event) {
    // Messages are accepted only from the frame, while it shows a page of the service.
    if (event.source !== frame.contentWindow || event.origin !== address.origin) return;
    var said = event.data;
    if (!said) return;
    if (said.type === "walletdesk:ready" && typeof window.walletdeskToken === "function") {
      // The token of the site is posted to the page of the service only.
      Promise.resolve(window.walletdeskToken()).then(function (token) {
        if (typeof token !== "string") return;
        frame.contentWindow.postMessage({ type: "walletdesk:token", token: token }, address.origin);
      });
    }
    if (said.type !== "walletdesk:size" || !Number.isFinite(said.height)) return;
    frame.style.height = Math.min(Math.max(Math.ceil(said.height), 200), 6000) + "px";
  });
})();
