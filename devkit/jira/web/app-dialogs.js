// Dialogs that an app opens with a page of its own, and their buttons.
// Source: https://developer.atlassian.com/cloud/jira/platform/jsapi/dialog/
import { api, h, openModal } from "/web/dom.js";

const WIDTHS = { small: "400px", medium: "600px", large: "800px", "x-large": "968px", fullscreen: "100vw", maximum: "100vw" };
const HEIGHTS = { small: "200px", medium: "400px", large: "600px", "x-large": "600px", fullscreen: "100vh", maximum: "calc(100vh - 56px)" };

const size = (value, fallback) => (value === undefined || value === null ? fallback : /^\d+$/.test(value) ? `${value}px` : String(value));

/** Opens a dialog with the module of a key; it is closed by the app, by its buttons or with Escape. */
export async function openDialog(bridge, opener, options) {
  const query = new URLSearchParams({ ...opener.place, app: opener.appKey, module: String(options.key) });
  const given = await api(`/stand-in/frame?${query}`);
  Object.assign(given.options, { isDialog: true, isFullPage: false, dialogId: given.id, customData: options.customData, preventDialogCloseOnEscape: options.closeOnEscape === false, autoresize: false });
  const buttons = buttonsOf(options);
  const chrome = options.chrome !== false;
  const mounted = bridge.mount(given, opener.place);
  const whole = ["fullscreen", "maximum"].includes(options.size);
  const element = h("dialog", { class: `app-dialog ${whole ? "whole" : ""}`, "aria-label": options.header || given.title },
    chrome && h("h2", {}, options.header || given.title), mounted,
    chrome && h("div", { class: "buttons" }, options.hint && h("p", { class: "muted" }, options.hint), buttons.map((button) => button.element)));
  const dialog = { element, opener, frame: bridge.frames.get(given.id), buttons };
  for (const button of buttons) button.element.addEventListener("click", () => clicked(bridge, dialog, button));
  element.style.width = size(options.width, WIDTHS[options.size] || WIDTHS.medium);
  mounted.style.height = size(options.height, HEIGHTS[options.size] || HEIGHTS.medium);
  element.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (options.closeOnEscape !== false) closeDialog(bridge, dialog);
  });
  bridge.dialogs.push(dialog);
  openModal(element);
}

function buttonsOf({ submitText, cancelText, buttons = [] }) {
  const all = [...buttons, { identifier: "submit", text: submitText || "Submit", first: true }, { identifier: "cancel", text: cancelText || "Cancel" }];
  return all.map(({ identifier, key, text, disabled, first }) => ({
    identifier: String(identifier || key || text),
    text: String(text),
    element: h("button", { type: "button", class: first ? "primary" : "", disabled: Boolean(disabled) }, String(text)),
  }));
}

function clicked(bridge, dialog, { identifier, text, element }) {
  const button = { button: { name: identifier, identifier, text, hidden: element.hidden } };
  bridge.send(dialog.frame, { type: "evt", etyp: "dialog.button.click", evnt: [button] });
  if (identifier === "submit" || identifier === "cancel") {
    bridge.send(dialog.frame, { type: "evt", etyp: `dialog.${identifier}`, evnt: [button] });
    // The page in it closes it, by its all.js, unless it does not want to; a page without bridge can not.
    if (!dialog.frame.established) closeDialog(bridge, dialog);
  }
}

/** Closes a dialog, and tells all frames of its app so, with what the app gave. */
export function closeDialog(bridge, dialog, data) {
  if (!dialog || !bridge.dialogs.includes(dialog)) return;
  bridge.dialogs.splice(bridge.dialogs.indexOf(dialog), 1);
  bridge.emit(dialog.frame, "dialog.close", [data]);
  bridge.frames.delete(dialog.frame.id);
  dialog.element.close();
}

/** The button of a name in the dialog that a frame is in, else in the topmost one. */
export const buttonOf = (bridge, frame, name) => dialogOf(bridge, frame)?.buttons.find((button) => button.identifier === name);

export const dialogOf = (bridge, frame) => bridge.dialogs.find((dialog) => dialog.frame.id === frame.id) || bridge.dialogs.at(-1);

/** One more button, beside those that the dialog was opened with. */
export function addButton(bridge, frame, { text, identifier, disabled, hidden }) {
  const dialog = dialogOf(bridge, frame);
  if (!dialog) return;
  const [button] = buttonsOf({ buttons: [{ text, identifier, disabled }] });
  button.element.hidden = Boolean(hidden);
  button.element.addEventListener("click", () => clicked(bridge, dialog, button));
  dialog.buttons.push(button);
  dialog.element.querySelector(".buttons")?.prepend(button.element);
}
