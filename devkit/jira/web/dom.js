// Small means of all pages: elements (text is always text, never HTML), requests, times, messages.

import { wayBackTo } from "/web/focus.js";

/** An element; `attributes` may hold listeners (onclick), properties (value) and a `dataset`. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A request to the stand-in, its body JSON or a form; gives the JSON of the answer; throws an Error with all its words. */
export async function api(path, { method = "GET", headers = {}, body } = {}) {
  const isJson = body !== undefined && !(body instanceof FormData);
  const answer = await fetch(path, {
    method,
    headers: isJson ? { ...headers, "Content-Type": "application/json" } : headers,
    body: isJson ? JSON.stringify(body) : body,
  });
  const text = await answer.text();
  const json = text && (answer.headers.get("Content-Type") || "").includes("json") ? JSON.parse(text) : null;
  if (!answer.ok) {
    const fault = new Error(`The answer is ${answer.status}.`);
    fault.status = answer.status;
    fault.reasons = [...(json?.errorMessages || []), ...Object.values(json?.errors || {})];
    if (fault.reasons.length) fault.message = fault.reasons.join(" ");
    throw fault;
  }
  return json;
}

export const rest = (path, options) => api(`/rest/api/2${path}`, options);

/** A time, short, with the whole of it in the title. `when` is a Date, or what makes one. */
export function time(when) {
  const date = new Date(when);
  const today = date.toDateString() === new Date().toDateString();
  const short = today
    ? date.toLocaleTimeString("en-GB")
    : date.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return h("time", { datetime: date.toISOString(), title: date.toISOString() }, short);
}

/** The letters of a name in a circle. */
export function avatar(name) {
  const letters = (name || "?").split(/\s+/).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
  return h("span", { class: "avatar", role: "img", "aria-label": name || "Unknown" }, letters);
}

export const lozenge = (text, kind = "") => h("span", { class: `lozenge ${kind}` }, text);

/** Messages stand in the topmost dialog, where there is one: whatever is outside of it can neither be seen nor reached. */
function raise() {
  const flags = document.getElementById("flags");
  const holder = [...document.querySelectorAll("dialog[open]")].at(-1) || document.body;
  if (flags.parentElement !== holder) holder.append(flags);
}

/** Opens a dialog above all else. Once it is closed it is taken away, but for the messages that stand in it; then `done`. */
export function openModal(element, done) {
  const goBack = wayBackTo(document.activeElement);
  element.addEventListener("close", () => {
    raise();
    element.remove();
    if (document.activeElement === document.body) goBack();
    done?.();
  });
  document.body.append(element);
  element.showModal();
  raise();
}

/** A message that floats at the edge of the page; returns how to close it. */
export function flag({ title, body = "", type = "info", close = "auto", actions = {}, onclose, onaction }) {
  const end = () => {
    if (!element.isConnected) return;
    element.remove();
    onclose?.();
  };
  const element = h(
    "section",
    { class: `flag ${type}`, "aria-label": title },
    h("div", {}, h("strong", {}, title), body && h("p", {}, body),
      Object.entries(actions).map(([key, text]) =>
        h("button", { class: "link", type: "button", onclick: () => onaction?.(key) }, text))),
    close !== "never" && h("button", { class: "quiet", type: "button", "aria-label": "Close message", onclick: end }, "×"),
  );
  document.getElementById("flags").append(element);
  raise();
  if (close === "auto") setTimeout(end, 6000);
  return end;
}

/** Says that something has failed. */
export const complain = (fault) => flag({ title: "That did not work", body: fault.message, type: "error", close: "manual" });

/** A dialog with a form; calls `save` with what was filled in, and stays open where that throws; `done` once it is closed. */
export function dialog(title, fields, { action = "Save", danger = false, save, done }) {
  const fault = h("p", { class: "fault", role: "alert" });
  const element = h("dialog", { "aria-labelledby": "dialog-title" },
    h("form", {
      onsubmit: async (event) => {
        event.preventDefault();
        fault.textContent = "";
        try {
          await save(Object.fromEntries(new FormData(event.target)));
          element.close();
        } catch (error) {
          fault.textContent = error.message;
        }
      },
    },
    h("h2", { id: "dialog-title" }, title), fields, fault,
    h("div", { class: "buttons" },
      h("button", { class: danger ? "danger" : "primary" }, action),
      h("button", { type: "button", class: "quiet", onclick: () => element.close() }, "Cancel"))));
  openModal(element, done);
}

/** A field of a form, with its label. */
export function field(label, input) {
  return h("label", { class: "field" }, h("span", {}, label), input);
}

/** The dialog for a new issue, or for the texts of one that exists. */
export function issueDialog(title, action, issue, save, done) {
  dialog(title, [
    field("Summary", h("input", { name: "summary", required: true, maxlength: 255, value: issue.summary || "", autocomplete: "off", autofocus: true })),
    field("Description", h("textarea", { name: "description", rows: 5, value: issue.description || "" })),
  ], { action, save, done });
}
