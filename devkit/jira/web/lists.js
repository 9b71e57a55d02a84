// Lists of things that one can have more of, and be rid of.
import { complain, h } from "/web/dom.js";

/** Takes the oldest rows away, where there are more than the stand-in remembers. */
export function forget(rows, most) {
  for (const [id, { element }] of rows) {
    if (rows.size <= most) return;
    element.remove();
    rows.delete(id);
  }
}

/** A list under a title, with the way to one more. */
export const list = (title, action, add, rows) =>
  h("section", { class: "list", "aria-label": title },
    h("div", { class: "heading" }, h("h2", {}, title), h("button", { type: "button", class: "quiet", onclick: add }, action)), rows.length > 0 && h("ul", {}, rows));

/** What can be done with one thing, called `name`; each of many such buttons says with which. */
export const deed = (text, name, run) => h("button", { type: "button", class: "link", "aria-label": `${text} ${name}`, onclick: run }, text);

/** One thing, called `name`, and the way to be rid of it. */
export const row = (name, remove, ...words) =>
  h("li", {}, h("span", {}, words.filter(Boolean)), h("button", { type: "button", class: "quiet", "aria-label": `Remove ${name}`, onclick: () => remove().catch(complain) }, "×"));
