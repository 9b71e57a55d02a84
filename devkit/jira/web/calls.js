// Calls: what apps have asked of the stand-in's REST, newest first, live; with the token opened, and why it was refused.
import { api, complain, h, lozenge, time } from "/web/dom.js";
import { forget } from "/web/lists.js";
import { answerBlock, block, curlButton, difference, headerBlock, pretty, tokenBlock } from "/web/inspect.js";

const KEPT = 500;
let list;
let filter;
const rows = new Map();

export async function show(main) {
  list = h("div", { class: "deliveries" });
  filter = h("select", { "aria-label": "Which calls", onchange: arrange }, [["all", "All"], ["refused", "Refused"]].map(([value, text]) => h("option", { value }, text)));
  main.replaceChildren(
    h("div", { class: "heading" }, h("div", {}, h("h1", {}, "Calls"), h("p", { class: "muted" }, "Every call of an app to Jira: to REST, for tokens and the keys of installs, and to the plug-in manager.")), filter), list);
  await refresh();
  addEventListener("live", ({ detail }) => detail.kind === "call" && (put(detail.call), arrange()));
  addEventListener("live-again", () => refresh().catch(complain));
}

async function refresh() {
  rows.clear();
  list.replaceChildren();
  for (const call of (await api("/stand-in/calls")).reverse()) put(call);
  arrange();
}

function put(call) {
  if (rows.has(call.id)) return;
  const element = h("details", { class: "delivery box", ontoggle: () => element.open && open(call.id, element.lastChild) }, h("summary", {}, line(call)), h("div", { class: "inside" }));
  rows.set(call.id, { call, element });
  list.prepend(element);
  forget(rows, KEPT);
}

function arrange() {
  list.querySelector(".empty")?.remove();
  let visible = 0;
  for (const { call, element } of rows.values()) {
    element.hidden = filter.value === "refused" && call.status < 400;
    visible += !element.hidden;
  }
  if (!visible) list.append(h("p", { class: "empty small" }, rows.size ? "None of these." : "Nothing yet. An app that calls back to Jira shows up here."));
}

function line(call) {
  const { pathname, search } = new URL(call.url);
  return [
    h("span", { class: "when" }, time(call.at * 1000)),
    h("span", { class: "event" }, h("strong", {}, call.method), ` ${pathname}${search}`),
    h("span", { class: "to muted" }, call.user ? `${call.app || "?"} as ${call.user}` : call.app || "unknown"),
    h("span", { class: "verdict" }, lozenge(String(call.status), call.status < 400 ? "done" : "failed")),
    h("span", { class: "took muted" }, `${call.ms} ms`),
  ];
}

async function open(id, place) {
  try {
    place.replaceChildren(...inside(await api(`/stand-in/calls/${id}`)));
  } catch (fault) {
    complain(fault);
  }
}

function inside(call) {
  return [
    call.hint && h("p", { class: "warn" }, `⚠ ${call.hint}`),
    h("p", {}, h("code", {}, `${call.method} ${call.url}`)),
    curlButton(call.method, call.url, call.headers, call.body),
    call.hashed ? difference("What is hashed", call.canonical, call.hashed) : call.canonical && difference("qsh", call.expected_qsh, call.claims.qsh),
    Object.keys(call.claims).length > 0 && tokenBlock(call.header, call.claims, call.canonical),
    headerBlock(call.headers),
    block("Body", pretty(call.body)),
    answerBlock(call.status, call.answer_headers, call.answer),
  ].filter(Boolean);
}
