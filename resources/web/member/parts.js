// The parts of the page: how one is filled, what it says of an action, and how times are written.
import { Refused, byId } from "./login.js";

const language = document.documentElement.lang;

/** An element with properties and children; text stays text. */
export function el(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((each) => each !== null && each !== undefined));
  return made;
}

/** A sentence with its holes filled. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

/** How a page writes days and times: those of the organization, in the page's language. */
export function calendar(timeZone) {
  const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone });
  const time = new Intl.DateTimeFormat(language, { timeStyle: "short", timeZone });
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium", timeZone });
  const local = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
  return {
    dayOf: (instant) => day.format(new Date(instant)),
    /** The last day of what ends at an instant, which may be the midnight after it. */
    dayBefore: (instant) => day.format(new Date(new Date(instant).getTime() - 1)),
    /** A time of the day, of what is less than a day away. */
    timeOf: (instant) => time.format(new Date(instant)),
    clockOf: (instant) => clock.format(new Date(instant)),
    /** A day without a time, which is the same wherever it is read. */
    localDay: (text) => local.format(new Date(text + "T00:00:00Z")),
  };
}

/** One part of the page. `words` are what it says when something was refused. */
export function part(name, words) {
  const section = byId("part-" + name);
  const content = section.querySelector(".content");
  const told = section.querySelector(".part-told");

  function tell(text, bad = false) {
    told.textContent = text;
    told.classList.toggle("bad", bad);
  }

  function tellRefused(error) {
    const { status, code } = error instanceof Refused ? error : { status: 0, code: "failed" };
    tell(words[code] || (status === 429 ? words.too_many_tries : words.failed), true);
  }

  return {
    tell,
    tellRefused,
    show(...children) {
      content.replaceChildren(...children);
      section.hidden = false;
    },
    add: (...children) => content.append(...children),
    hide() {
      section.hidden = true;
    },
    /** Let a button do something, once at a time; what it does may give a sentence to say. */
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
    /** Where the focus goes when what had it is gone. */
    focus: () => section.querySelector("h3").focus(),
  };
}

/** Save an answer as the file that it says it is. */
export async function saveFile(answer) {
  const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "");
  const url = URL.createObjectURL(await answer.blob());
  const link = el("a", { href: url, download: named ? named[1] : "download" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** An address that another page may be opened at: http(s), and no script. */
export function webAddress(text) {
  const url = new URL(text, location.href);
  if (!/^https?:$/.test(url.protocol)) throw new Refused(0, "failed");
  return url.href;
}
