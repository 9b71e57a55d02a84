// The app's side of the bridge (AP) for work without a network. Online, Atlassian's own all.js works as well:
// https://connect-cdn.atl-paas.net/all.js
(() => {
  "use strict";
  const script = document.currentScript;
  const home = script ? new URL(script.src).origin : location.origin;

  function parse(name) {
    try {
      return JSON.parse(name) || {};
    } catch {
      return {}; // not opened by Jira
    }
  }

  const data = parse(window.name);
  if (!data.extension_id) console.warn("[all.js] This page was not opened in a frame of Jira, so AP can do nothing.");
  const options = Object.fromEntries(
    (script?.dataset.options || document.getElementById("ac-iframe-options")?.dataset.options || "")
      .split(";").map((pair) => pair.split(":").map((part) => part.trim())).filter((pair) => pair.length === 2)
      .map(([name, value]) => [name, value === "true" || value === "false" ? value === "true" : value]));
  const pending = new Map();
  const handlers = { own: new Map(), public: new Map() };
  const PAUSE = 400; // milliseconds without a change of height that end a streak of them
  const PATIENCE = 20;
  const random = () => Math.random().toString(36).slice(2);
  const post = (message) => data.origin && parent.postMessage({ eid: data.extension_id, ...message }, data.origin);

  /** The same value without functions, which no message can carry. */
  function sendable(value) {
    if (typeof value === "function") {
      console.warn("[Simple-XDM] A function was detected and removed from the message.");
      return undefined;
    }
    if (!value || typeof value !== "object" || value instanceof Blob) return value;
    if (Array.isArray(value)) return value.map(sendable);
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, sendable(each)]).filter(([, each]) => each !== undefined));
  }

  function method(mod, fn, promised) {
    return function (...args) {
      const callback = typeof args.at(-1) === "function" ? args.pop() : undefined;
      const message = { type: "req", mod, fn, args: sendable(args), ...(this?._cls && { _cls: this._cls, _id: this._id }) };
      if (!callback && !promised) return post(message), undefined;
      const mid = random();
      post({ ...message, mid });
      if (callback) return void pending.set(mid, (all) => callback(...(promised ? all.slice(1) : all)));
      const made = new Promise((resolve, reject) => pending.set(mid, ([fault, result]) =>
        fault || (fault === undefined && result === undefined) ? reject(fault) : resolve(result)));
      made.catch((fault) => console.warn(`[Simple-XDM] Failed promise: ${fault?.err || fault}`));
      return made;
    };
  }

  function classOf(mod, name, members) {
    function Made(...args) {
      if (!new.target) return new Made(...args);
      this._cls = name;
      this._id = random();
      method(mod, "constructor", false).apply(this, args);
    }
    for (const fn of Object.keys(members)) if (fn !== "constructor") Made.prototype[fn] = method(mod, fn, members[fn].returnsPromise);
    return Made;
  }

  function moduleOf(mod, members) {
    return Object.fromEntries(Object.entries(members).map(([name, member]) =>
      [name, Object.hasOwn(member, "constructor") ? classOf(mod, name, member) : method(mod, name, member.returnsPromise)]));
  }

  const AP = { _data: data };
  for (const [mod, members] of Object.entries(data.api || {})) {
    if (mod === "_globals") Object.assign(AP, moduleOf(mod, members));
    else AP[mod] = moduleOf(mod, members);
  }

  /** Listeners for events: on, once, off, offAll and onAny, offAny; and the same for public events. */
  function listeners(kind, suffix) {
    const all = handlers[kind];
    const on = (name, listener, filter) => all.set(name, [...(all.get(name) || []), { listener, filter }]);
    const off = (name, listener) => all.set(name, (all.get(name) || []).filter((each) => each.listener !== listener));
    const once = (name, listener, filter) => {
      const run = (...args) => (off(name, run), listener(...args));
      on(name, run, filter);
    };
    const made = { on, off, once, offAll: (name) => (name ? all.delete(name) : all.clear()), onAny: (...rest) => on("_any", ...rest), offAny: (listener) => off("_any", listener) };
    return Object.fromEntries(Object.entries(made).map(([name, run]) => [name + suffix, run]));
  }
  if (AP.events) Object.assign(AP.events, listeners("own", ""), listeners("public", "Public"));

  function happened(name, event) {
    if (name === "theme_initialized" || name === "theme_changed") return theme(event);
    const open = event && event.sender && event.event;
    const args = open ? event.event : Array.isArray(event) ? event : [event];
    const all = handlers[open ? "public" : "own"];
    const told = [...(all.get("_any") || []).map((each) => [each, [name, ...args, { args, name }]]), ...(all.get(name) || []).map((each) => [each, args])];
    for (const [each, given] of told) if (!open || wanted(each.filter, event.sender)) attempt(name, () => each.listener(...given));
    if (name.startsWith("dialog.")) inDialog(name, args[0]);
  }

  // What is bound to the buttons of a dialog, by their names, and to its closing.
  const bound = new Map();
  const bind = (name, run) => void bound.set(name, [...(bound.get(name) || []), run]);
  let staysOpen = false;

  /** The page in a dialog closes it upon Submit and Cancel, unless something that is bound to them answers false. */
  function inDialog(name, given) {
    const button = name === "dialog.button.click" ? given?.button?.identifier : name.slice("dialog.".length);
    // Submit and Cancel are told twice, under their own names too: that is when their bindings run.
    if (name === "dialog.button.click" && ["submit", "cancel"].includes(button)) return;
    let closes = ["dialog.submit", "dialog.cancel"].includes(name) && !(name === "dialog.submit" && staysOpen);
    for (const run of bound.get(button) || []) attempt(name, () => void (run(given) === false && (closes = false)));
    if (name === "dialog.close") bound.delete("close"); // what is bound to it hears of one dialog only
    if (closes) AP.dialog.close();
  }

  /** Whether a public event's sender passes a filter: a function, or the properties that the sender must have. */
  function wanted(filter, sender) {
    if (typeof filter === "function") return Boolean(filter(sender));
    return Object.entries(filter || {}).every(([name, value]) => sender[name] === value);
  }

  /** One listener's mistake is no other listener's trouble. */
  function attempt(name, run) {
    try {
      run();
    } catch (fault) {
      console.error(`[all.js] A listener for ${name} has failed:`, fault);
    }
  }

  function theme({ initialTheme, newTheme }) {
    const { colorMode, ...parts } = initialTheme || newTheme || {};
    if (!colorMode) return;
    document.documentElement.dataset.theme = Object.entries(parts).map(([name, value]) => `${name}:${value}`).sort().join(" ");
    document.documentElement.dataset.colorMode = colorMode;
    if (document.querySelector("link[data-theme='stand-in']")) return;
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${home}/theme.css` });
    link.dataset.theme = "stand-in";
    document.head.append(link);
  }

  addEventListener("message", ({ origin, source, data: message }) => {
    if (origin !== data.origin || source !== parent || !message) return;
    if (message.type === "resp" && message.forPlugin) {
      const answer = pending.get(message.mid);
      pending.delete(message.mid);
      answer?.(message.args);
    } else if (message.type === "evt") {
      happened(message.etyp, message.evnt);
      if (message.mid) post({ type: "resp", mid: message.mid, args: [] });
    }
  });

  const ask = AP.request;
  if (ask) {
    // The form of Atlassian's documentation: functions among the options.
    AP.request = (first, second) => {
      const { success, error, ...rest } = (typeof first === "string" ? second : first) || {};
      const made = ask(typeof first === "string" ? first : rest.url, rest);
      if (success || error) made.then(({ body, xhr }) => success?.(body, "success", xhr), (fault) => error?.(fault.xhr, "error", fault.err));
      return made;
    };
  }

  // The documentation has the function first here, where no message of the bridge can carry it.
  const create = AP.jira?.openCreateIssueDialog;
  if (create) AP.jira.openCreateIssueDialog = (...args) => create(...(typeof args[0] === "function" ? [args[1], args[0]] : args));

  // The answer to a call comes once: to hear of every step in the history it is asked for again.
  const pop = AP.history?.popState;
  if (pop) AP.history.popState = (listener) => pop((event) => (listener(event), AP.history.popState(listener)));
  /** What Atlassian's all.js adds to the methods of dialogs: what is bound to them, and the names of old. */
  function dialogs(dialog) {
    const { create: Dialog, getButton: Button, createButton: NewButton } = dialog;
    const getButton = (name) => Object.assign(new Button(name), { bind: (run) => bind(name, run) });
    Object.assign(dialog, {
      create: (options) => Object.assign(new Dialog(options), { on: bind }),
      getButton,
      createButton: (given) => {
        const button = typeof given === "object" ? { identifier: `user.button.${random()}`, ...given } : { text: given, identifier: given };
        new NewButton(button);
        return getButton(button.identifier);
      },
      disableCloseOnSubmit: () => void (staysOpen = true),
      onDialogMessage: bind,
      customData: data.options?.customData,
    });
  }
  if (AP.dialog) dialogs(AP.dialog);

  const content = () => document.querySelector(".ac-content") || document.getElementById("content") || document.body;
  AP.container = content;
  // As Atlassian's: the content's own height, with its margins, and not what hangs out of it.
  AP.size = () => {
    const { height } = content().getBoundingClientRect();
    const { marginTop, marginBottom } = getComputedStyle(content());
    const whole = content() === document.body || height === 0;
    return { w: "100%", h: Math.ceil(whole ? document.documentElement.offsetHeight : height + parseFloat(marginTop) + parseFloat(marginBottom)) };
  };
  AP.resize = (width, height) => {
    const size = AP.size();
    AP.env?.resize(width || size.w, height || size.h);
  };

  // The ways of old, which many apps still go.
  const meta = (name) => document.querySelector(`meta[name="ap-${CSS.escape(name)}"]`)?.content;
  AP.require = (names, run) => run?.(...[names].flat().map((name) => AP[name === "inline-dialog" ? "inlineDialog" : name]));
  AP.meta = meta;
  AP.Meta = { get: meta };
  AP.localUrl = (path = "") => `${meta("local-base-url") ?? ""}${path}`;

  function ready() {
    if (options.margin !== false) document.body.style.setProperty("margin", data.options?.isDialog ? "10px 10px 0" : "0", "important");
    if (options.base && AP.env) AP.env.getLocation((url) => document.head.append(Object.assign(document.createElement("base"), { href: url, target: "_parent" })));
    if (!data.options?.autoresize || options.resize === false || options.sizeToParent) return;
    AP.resize();
    new ResizeObserver(follow).observe(content());
  }

  let waiting = 0;
  let streak = 0;
  let last = -Infinity;
  /** Follows the content's height, a few times a second. One that grows with its frame would do so for ever: no more then. */
  function follow() {
    waiting ||= setTimeout(() => {
      waiting = 0;
      streak = performance.now() - last < PAUSE ? streak + 1 : 0;
      last = performance.now();
      if (streak < PATIENCE) AP.resize();
      else if (streak === PATIENCE) console.warn("[all.js] The content's height depends on the frame's, so the frame follows it no more.");
    }, 50);
  }

  post({ type: "init" });
  post({ type: "event_query", args: ["_any"] });
  if (options.sizeToParent) AP.env?.sizeToParent(options.hideFooter === true);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", ready);
  else ready();
  addEventListener("click", () => post({ type: "addon_clicked" }));
  addEventListener("pagehide", () => post({ type: "unload" }));

  // What the stand-in does not have is reported, and is undefined as ever.
  const silent = new Set(["then", "toJSON", "nodeType"]);
  const loud = (target, prefix) => new Proxy(target, {
    get(from, name) {
      if (typeof name === "string" && !(name in from) && !name.startsWith("_") && !silent.has(name) && data.api) {
        console.error(`[stand-in for Jira] AP.${prefix}${name} is not part of this stand-in.`);
        post({ type: "req", mod: prefix ? prefix.slice(0, -1) : "_missing", fn: name, args: [] });
      }
      return from[name];
    },
  });
  for (const mod of Object.keys(data.api || {})) if (mod !== "_globals") AP[mod] = loud(AP[mod], `${mod}.`);
  AP.Dialog = AP.dialog;
  window.AP = loud(AP, "");
})();
