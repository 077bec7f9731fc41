// Parts of the page: their content, the result of an action, and the format of times.
import { Late, Refused, byId } from "./login.js";

const language = document.documentElement.lang;

/** An element with properties and children; text stays text. */
export function el(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((each) => each !== null && each !== undefined));
  return made;
}

/** A text with its {fields} filled in. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

/** Formats days and times in the organization's time zone and the page's language. */
export function calendar(timeZone) {
  const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone });
  const time = new Intl.DateTimeFormat(language, { timeStyle: "short", timeZone });
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium", timeZone });
  const local = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
  return {
    dayOf: (instant) => day.format(new Date(instant)),
    /** The last day of a period that ends at an instant, which may be the midnight after it. */
    dayBefore: (instant) => day.format(new Date(new Date(instant).getTime() - 1)),
    /** A time of day. */
    timeOf: (instant) => time.format(new Date(instant)),
    clockOf: (instant) => clock.format(new Date(instant)),
    /** A date, independent of the time zone. */
    localDay: (text) => local.format(new Date(text + "T00:00:00Z")),
  };
}

/**
 * One part of the page. `words` are its texts, also those of errors by code. Once the page does not
 * belong to the same customer any more (`isCurrent`), nothing changes it.
 */
export function part(name, words, isCurrent) {
  const section = byId("part-" + name);
  const content = section.querySelector(".content");
  const told = section.querySelector(".part-told");

  function tell(text, bad = false) {
    if (!isCurrent()) return;
    told.textContent = text;
    told.classList.toggle("bad", bad);
  }

  function tellRefused(error) {
    if (error instanceof Late) return;
    const { status, code } = error instanceof Refused ? error : { status: 0, code: "failed" };
    tell(words[code] || (status === 429 ? words.too_many_tries : words.failed), true);
  }

  return {
    tell,
    tellRefused,
    show(...children) {
      if (!isCurrent()) return;
      content.replaceChildren(...children);
      section.hidden = false;
    },
    add(...children) {
      if (isCurrent()) content.append(...children);
    },
    hide() {
      if (isCurrent()) section.hidden = true;
    },
    /** Run `work` on a press, one at a time; it may return a sentence to show. */
    onPress(button, work) {
      button.addEventListener("click", async () => {
        if (button.getAttribute("aria-disabled") === "true") return;
        button.setAttribute("aria-disabled", "true");
        tell(words.working);
        try {
          tell((await work()) || "");
        } catch (error) {
          tellRefused(error);
        } finally {
          button.setAttribute("aria-disabled", "false");
        }
      });
      return button;
    },
    /** Move the focus here when the focused element was removed. */
    focus() {
      if (isCurrent()) section.querySelector("h3").focus();
    },
  };
}

/** Save a file that was fetched. */
export function saveFile({ blob, name }) {
  const url = URL.createObjectURL(blob);
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A checked address to open: http or https only. Throws Refused. */
export function webAddress(text) {
  const url = new URL(text, location.href);
  if (!/^https?:$/.test(url.protocol)) throw new Refused(0, "failed");
  return url.href;
}
