// The host side of the bridge (AP): frames, the handshake, and the messages of Atlassian's own all.js (simple-xdm).
// Source: the open packages simple-xdm and atlassian-connect-js, https://www.npmjs.com/package/atlassian-connect-js
import { api, h } from "/web/dom.js";
import { apiOf, methods } from "/web/methods.js";

const SANDBOX = "allow-downloads allow-forms allow-modals allow-popups allow-scripts allow-same-origin allow-top-navigation-by-user-activation allow-storage-access-by-user-activation";
const KEPT = 300;
const PATIENCE = 1000; // after the page has loaded
const PENDING = 30000;
const SHOWN = 2000; // of what a message brings, in characters: a token is to be seen whole
const TOLD = 500; // between two reports of what was said, in milliseconds

/** Where the messages of a page's bridges are shown. */
export const logBox = () =>
  h("details", { class: "bridge" }, h("summary", {}, "Bridge log", h("span", { class: "count" }, "0")),
    h("p", { class: "muted" }, "Every message between this page and the app's frames; those of all pages are under ", h("a", { href: "/frames" }, "Frames"), "."), h("ol", { class: "log" }));

let ofPage;

/**
 * The one bridge of this page: over it all frames and dialogs of an app hear of each other. `place` is where the frames
 * are: the keys of an issue or a project, and further context parameters; `log` is the `logBox` of a page that has one.
 */
export function bridgeOf(session, place, log) {
  ofPage ||= new Bridge(session);
  return log ? Object.assign(ofPage, { place, log }) : ofPage;
}

class Bridge {
  constructor(session) {
    this.session = session;
    this.frames = new Map();
    this.dialogs = [];
    this.pending = [];
    this.methods = methods(this);
    addEventListener("message", (event) => this.receive(event));
    addEventListener("colors", () => this.frames.forEach((frame) => frame.themed && this.send(frame, { type: "evt", etyp: "theme_changed", evnt: { newTheme: this.theme() } })));
  }

  /** Knows no more frames than those in dialogs: the page is about to show others. */
  clear() {
    this.frames = new Map(this.dialogs.map(({ frame }) => [frame.id, frame]));
  }

  /** The element that shows one frame of an app, and all that there is to say about it; `place` is the frame's own. */
  mount(given, place = this.place) {
    const [lasting, complaints] = [h("div"), h("div")];
    const element = h("iframe", { id: given.id, title: `${given.title} (${given.appName})`, sandbox: SANDBOX, referrerpolicy: "no-referrer", class: "waiting", src: given.url,
      name: JSON.stringify({ extension_id: given.id, api: apiOf(this.methods), origin: location.origin, options: given.options }) });
    const frame = { ...given, place, element, complaints, lasting, flags: new Map(), buttons: new Map(), said: [], since: performance.now() };
    this.frames.set(given.id, frame);
    if (given.unknownConditions.length) this.warn(frame, `The stand-in does not evaluate these conditions, and shows the module: ${given.unknownConditions.join(", ")}.`, lasting);
    setTimeout(() => element.isConnected && element.classList.contains("waiting") && this.miss(frame), this.session.frameSeconds * 1000);
    element.addEventListener("load", () => {
      element.classList.remove("waiting");
      setTimeout(() => frame.established || this.investigate(frame), PATIENCE);
    });
    return h("div", { class: "frame" }, h("div", { class: "complaints", role: "alert" }, lasting, complaints), element);
  }

  /** The page has not come for as long as Jira waits. It is said for good: in Jira somebody may have gone by then. */
  miss(frame) {
    this.warn(frame, `The page has not come for ${this.session.frameSeconds} s. Jira shows in its place by now: App is not responding.`, frame.lasting);
    this.investigate(frame, []);
  }

  /** No word from the frame: ask the stand-in why that may be; `unknown` is said where it does not know. */
  async investigate(frame, unknown = ["The page has loaded, but its bridge (AP) has not reported. Does it load all.js, and does its origin stay the same?"]) {
    if (!this.frames.has(frame.id)) return;
    const { complaints: found } = await this.report(frame, { state: "silent" });
    if (frame.established) return;
    for (const text of found.length ? found : unknown) this.warn(frame, text);
  }

  /** Tells the stand-in what was seen of a frame, for its window; gives what it complains about. */
  report(frame, body) {
    return api(`/stand-in/frames/${encodeURIComponent(frame.id)}`, { method: "POST", body });
  }

  receive(event) {
    const data = event.data;
    const frame = data && typeof data === "object" ? this.frames.get(data.eid) : undefined;
    if (!frame) return;
    if (event.origin !== frame.origin) {
      this.warn(frame, `A message from ${event.origin} was ignored: the frame was made for ${frame.origin}. Jira ignores such messages without a word.`);
    } else if (data.type === "init") {
      this.initialize(frame, event.source);
    } else if (event.source === frame.source) {
      this.note("from", frame, data);
      this.handle(frame, data);
    }
  }

  initialize(frame, source) {
    frame.source = source;
    frame.established = true;
    frame.registered = false;
    frame.themed = false; // another page in the same frame begins anew
    frame.complaints.replaceChildren();
    this.report(frame, { state: "standing", ms: Math.round(performance.now() - frame.since) }).catch(() => undefined);
    this.note("from", frame, { type: "init" });
    this.send(frame, { type: "init_received" });
  }

  handle(frame, data) {
    if (data.type === "req") this.call(frame, data);
    else if (data.type === "event_query") this.release(frame);
    else if (data.type === "broadcast") this.emit(frame, data.etyp, [data.evnt]);
    else if (data.type === "unload") frame.source = undefined;
    else if (data.type === "get_host_offset") frame.source.postMessage({ hostFrameOffset: 0 }, frame.origin);
  }

  async call(frame, { mod, fn, args = [], mid, _cls, _id }) {
    const module = this.methods[mod];
    const method = _cls ? module?.[_cls]?.[fn] : module?.[fn];
    if (!Object.hasOwn(this.methods, mod) || typeof method?.run !== "function") {
      this.warn(frame, `AP.${mod === "_missing" ? "" : `${mod}.`}${fn} is not part of this stand-in.`);
      return;
    }
    let answer;
    try {
      const result = await method.run(frame, args, _id);
      answer = method.promise ? [undefined, result] : [result];
    } catch (fault) {
      answer = [fault instanceof Error ? fault.message : fault];
    }
    if (mid) this.send(frame, { type: "resp", mid, forPlugin: true, args: answer });
  }

  send(frame, message) {
    this.note("to", frame, message);
    frame.source?.postMessage(message, frame.origin);
  }

  /** An event to all frames of the same app, the sender's included; kept for a while where none listens yet. */
  emit(sender, name, args) {
    const own = [...this.frames.values()].filter((frame) => frame.appKey === sender.appKey);
    if (!own.some((frame) => frame.registered)) this.pending.push({ appKey: sender.appKey, name, args, at: Date.now() });
    else own.forEach((frame) => this.send(frame, { type: "evt", etyp: name, evnt: args }));
  }

  emitPublic(sender, name, args) {
    const from = { addonKey: sender.appKey, key: sender.moduleKey, options: {} };
    this.frames.forEach((frame) => this.send(frame, { type: "evt", etyp: name, evnt: { sender: from, event: args } }));
  }

  release(frame) {
    frame.registered = true;
    const due = this.pending.filter((event) => event.appKey === frame.appKey && Date.now() - event.at < PENDING);
    this.pending = this.pending.filter((event) => !due.includes(event));
    due.forEach((event) => this.send(frame, { type: "evt", etyp: event.name, evnt: event.args }));
  }

  theme() {
    return { colorMode: document.documentElement.dataset.colorMode, light: "light", dark: "dark", spacing: "spacing" };
  }

  /** Says something where nobody can miss it: above the frame, until it loads another page, in the log, in the console. */
  warn(frame, text, place = frame.complaints) {
    console.error(`[stand-in for Jira] ${frame.title}: ${text}`);
    if (![...place.children].some((each) => each.textContent === text)) place.append(h("p", { class: "warn" }, text));
    this.line("warn", frame, text);
  }

  note(direction, frame, { type, mod, fn, etyp, args, evnt }) {
    const what = fn ? `${mod === "_globals" ? "" : `${mod}.`}${fn}` : etyp || "";
    const data = args ?? evnt;
    this.line(direction, frame, `${type} ${what} ${data === undefined ? "" : JSON.stringify(data)?.slice(0, SHOWN)}`);
  }

  line(kind, frame, text) {
    if (!frame.said.length) setTimeout(() => this.report(frame, { said: frame.said.splice(0) }).catch(() => undefined), TOLD);
    frame.said.push({ at: Date.now() / 1000, kind, text });
    if (!this.log) return;
    const arrow = { from: "from", to: "to", warn: "⚠" }[kind];
    const list = this.log.querySelector(".log");
    list.append(h("li", { class: kind }, h("time", {}, new Date().toLocaleTimeString("en-GB")), " ", h("span", { class: "muted" }, `${arrow} ${frame.moduleKey} `), text));
    while (list.children.length > KEPT) list.firstChild.remove();
    this.log.querySelector(".count").textContent = String(list.children.length);
  }
}
