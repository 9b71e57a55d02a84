// Frames: every page of an app that was opened, newest first, live; with its token, its bridge's messages, and why it is silent.
import { api, complain, h, lozenge, time } from "/web/dom.js";
import { forget } from "/web/lists.js";
import { answerBlock, block, curlButton, difference, opened, tokenBlock } from "/web/inspect.js";

const KEPT = 300;
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;
const STATES = { loading: ["loading", "moved"], standing: ["bridge stands", "done"], silent: ["no bridge", "failed"] };
let list;
let filter;
let patience; // seconds, after which Jira says that the app is not responding
const rows = new Map();

export async function show(main, session) {
  patience = session.frameSeconds;
  list = h("div", { class: "deliveries" });
  filter = h("select", { "aria-label": "Which frames", onchange: arrange }, [["all", "All"], ["silent", "Without bridge"]].map(([value, text]) => h("option", { value }, text)));
  main.replaceChildren(
    h("div", { class: "heading" }, h("div", {}, h("h1", {}, "Frames"), h("p", { class: "muted" }, "Every page of an app that was opened, by any window of this site.")), filter), list);
  await refresh();
  addEventListener("live", ({ detail }) => detail.kind === "frame" && (put(detail.frame), arrange()));
  addEventListener("live-again", () => refresh().catch(complain));
}

async function refresh() {
  rows.clear();
  list.replaceChildren();
  for (const load of (await api("/stand-in/frames")).reverse()) put(load);
  arrange();
}

function put(load) {
  const known = rows.get(load.id);
  const element = known?.element || h("details", { class: "delivery box", ontoggle: () => element.open && open(load.id, element.lastChild) }, h("summary", {}), h("div", { class: "inside" }));
  rows.set(load.id, { load, element });
  element.firstChild.replaceChildren(...line(load));
  if (!known) {
    list.prepend(element);
    forget(rows, KEPT);
  } else if (element.open) open(load.id, element.lastChild);
}

function arrange() {
  list.querySelector(".empty")?.remove();
  let visible = 0;
  for (const { load, element } of rows.values()) {
    element.hidden = filter.value === "silent" && load.state !== "silent";
    visible += !element.hidden;
  }
  if (!visible) list.append(h("p", { class: "empty small" }, rows.size ? "None of these." : "Nothing yet. Open an issue or a page of an app."));
}

function line({ at, module, kind, app, user, cacheable, state, ms }) {
  return [
    h("span", { class: "when" }, time(at * 1000)),
    h("span", { class: "event" }, h("strong", {}, module), h("span", { class: "muted" }, ` ${kind}`), cacheable && [" ", lozenge("cacheable")]),
    h("span", { class: "to muted" }, `${app} for ${user || "nobody"}`),
    h("span", { class: "verdict" }, lozenge(...STATES[state])),
    h("span", { class: "took muted" }, ms === null ? "" : `${ms} ms`),
  ];
}

async function open(id, place) {
  try {
    place.replaceChildren(...inside(await api(`/stand-in/frames/${encodeURIComponent(id)}`)));
  } catch (fault) {
    complain(fault);
  }
}

/** The frame's own answer, the browser shows to nobody: the stand-in asks the app once more. */
function askButton(load) {
  const button = h("button", { type: "button", onclick: async () => {
    try {
      const { status, error, answer_headers, answer } = await api(`/stand-in/frames/${encodeURIComponent(load.id)}/answer`, { method: "POST", body: {} });
      button.parentElement.after(h("div", { role: "status" }, answerBlock(status ?? error, answer_headers, answer)));
      button.disabled = true;
    } catch (fault) {
      complain(fault);
    }
  } }, "Show what the app answers");
  return button;
}

function inside(load) {
  const said = load.said.map(({ at, kind, text }) => `${new Date(at * 1000).toLocaleTimeString("en-GB")} ${{ from: "from the app", to: "to the app", warn: "⚠" }[kind]}: ${text}`);
  const given = load.said.map(({ kind, text }) => kind === "to" && TOKEN.exec(text)?.[0]).findLast(Boolean);
  return [
    ...load.complaints.map((text) => h("p", { class: "warn" }, `⚠ ${text}`)),
    load.ms > patience * 1000 && h("p", { class: "warn" }, `⚠ The bridge stood after ${(load.ms / 1000).toFixed(1)} s. After ${patience} s Jira shows in its place: App is not responding.`),
    h("p", {}, h("code", {}, `GET ${load.url}`)),
    h("div", { class: "buttons" }, askButton(load), curlButton("GET", load.url, {}, "")),
    load.cacheable && h("p", { class: "muted" }, "A cacheable page: its URL is the same for everybody, without context and token. It asks for them over its bridge."),
    load.canonical && difference("qsh", load.expected_qsh, load.claims.qsh),
    load.canonical && tokenBlock(load.header, load.claims, load.canonical),
    given && tokenBlock(...opened(given), "", "Token over the bridge"),
    block("Bridge messages", said.join("\n")),
  ].filter(Boolean);
}
