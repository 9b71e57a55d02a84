// Deliveries: every request to an app but those of its frames, newest first, live; with its token, its body, the answer, and a way to repeat it.
import { api, complain, flag, h, lozenge, time } from "/web/dom.js";
import { forget } from "/web/lists.js";
import { answerBlock, block, curlButton, headerBlock, opened, pretty, tokenBlock } from "/web/inspect.js";

const MOST = 50000;
const KEPT = 500;
let list;
let filter;
const rows = new Map();

export async function show(main) {
  list = h("div", { class: "deliveries" });
  filter = h("select", { "aria-label": "Which deliveries", onchange: arrange }, [["all", "All"], ["webhook", "Webhooks"], ["lifecycle", "Lifecycle"], ["read", "Descriptors and pages"], ["failed", "Failed"]].map(([value, text]) => h("option", { value }, text)));
  main.replaceChildren(
    h("div", { class: "heading" }, h("div", {}, h("h1", {}, "Deliveries"), h("p", { class: "muted" }, "Every call to an app, and whatever is read of it: its descriptor, its pages. Retries come as Jira makes them, only faster.")), filter), list);
  await refresh();
  addEventListener("live", ({ detail }) => detail.kind === "delivery" && put(detail.delivery));
  addEventListener("live-again", () => refresh().catch(complain));
}

async function refresh() {
  rows.clear();
  list.replaceChildren();
  for (const delivery of (await api("/stand-in/deliveries")).reverse()) put(delivery, false);
  arrange();
}

function put(delivery, fresh = true) {
  const former = rows.get(delivery.id);
  const row = former || { element: h("details", { class: "delivery box" }) };
  row.delivery = delivery;
  if (!former) {
    rows.set(delivery.id, row);
    row.element.append(h("summary", {}), h("div", { class: "inside" }));
    row.element.addEventListener("toggle", () => row.element.open && open(row));
    list.prepend(row.element);
    forget(rows, KEPT);
  }
  row.element.firstChild.replaceChildren(...line(delivery));
  if (row.element.open) open(row);
  if (!fresh) return;
  row.element.hidden = !isWanted(delivery);
  if (!row.element.hidden) list.querySelector(".empty")?.remove();
}

const isWanted = (delivery) => filter.value === "all" || filter.value === delivery.kind || (filter.value === "failed" && (delivery.state === "failed" || isRetried(delivery)));

function arrange() {
  list.querySelector(".empty")?.remove();
  let visible = 0;
  for (const { delivery, element } of rows.values()) {
    element.hidden = !isWanted(delivery);
    visible += !element.hidden;
  }
  if (!visible) list.append(h("p", { class: "empty small" }, rows.size ? "None of these." : "Nothing yet. Install an app, or move an issue."));
}

const isRetried = (delivery) => delivery.state === "waiting" && delivery.attempts > 0;

function verdict(delivery) {
  const result = delivery.status ?? (delivery.error ? "no answer" : "");
  if (delivery.state === "delivered") return lozenge(String(result), "done");
  if (delivery.state === "dropped") return lozenge("dropped", "failed");
  if (delivery.state === "failed") return lozenge(result === "" ? "not sent" : String(result), "failed");
  return lozenge(isRetried(delivery) ? `${result}, trying again` : "on its way", "moved");
}

function line(delivery) {
  return [
    h("span", { class: "when" }, time(delivery.created * 1000)),
    h("span", { class: "event" }, h("strong", {}, delivery.event), delivery.subject && h("span", { class: "muted" }, ` ${delivery.subject}`), delivery.note && h("span", { class: "warn", title: delivery.note }, " ⚠ note"), delivery.faults?.map((fault) => [" ", lozenge(fault.replace("_", " "), "notice")])),
    h("span", { class: "to muted" }, delivery.app),
    h("span", { class: "verdict" }, verdict(delivery)),
    h("span", { class: "took muted" }, delivery.ms === null ? "" : `${delivery.ms} ms`, delivery.attempts > 1 ? ` · ${delivery.attempts} calls` : ""),
  ];
}

async function open(row) {
  try {
    const whole = await api(`/stand-in/deliveries/${row.delivery.id}`);
    row.element.lastChild.replaceChildren(...inside(whole));
  } catch (fault) {
    complain(fault);
  }
}

function inside(delivery) {
  const repeat = h("button", { type: "button", onclick: async () => {
    try {
      await api(`/stand-in/deliveries/${delivery.id}/again`, { method: "POST", body: {} });
      flag({ title: `${delivery.event} was sent again`, type: "success" });
    } catch (fault) {
      complain(fault);
    }
  } }, delivery.kind === "webhook" ? "Redeliver" : "Call again");
  return [
    delivery.note && h("p", { class: "warn" }, `⚠ ${delivery.note}`),
    h("p", {}, h("code", {}, `${delivery.method} ${delivery.url}`)),
    h("div", { class: "buttons" }, delivery.kind !== "read" && repeat, curlButton(delivery.method, delivery.url, sent(delivery), delivery.body)),
    ...delivery.attempts.toReversed().map((attempt, index) => tried(delivery, attempt, delivery.attempts.length - index)),
    headerBlock(sent(delivery)),
    delivery.method === "POST" && block("Body", shortened(pretty(delivery.body)) || "(empty)"),
  ].filter(Boolean);
}

function tried(delivery, attempt, number) {
  // What is read has its token in the URL.
  const [header, claims] = opened(attempt.token || /[?&]jwt=([^&]*)/.exec(delivery.url)?.[1] || "");
  return h("section", { "aria-label": `Call ${number}` },
    h("h2", {}, `Call ${number}: ${attempt.status ?? attempt.error} `, h("span", { class: "muted" }, `in ${attempt.ms} ms, `, time(attempt.at * 1000))),
    attempt.verdict && h("p", { class: attempt.status >= 200 && attempt.status < 300 ? "muted" : "warn" }, attempt.verdict),
    attempt.status && answerBlock(attempt.status, attempt.answer_headers, attempt.answer),
    attempt.canonical && tokenBlock(header, claims, attempt.canonical));
}

/** The headers as they were sent the last time, with the token. */
function sent(delivery) {
  const { token, retry } = delivery.attempts.at(-1) || {};
  return { ...delivery.headers, ...(delivery.method === "POST" && { "Content-Type": "application/json; charset=UTF-8" }), ...(token && { Authorization: `JWT ${token}` }), ...(retry && { "X-Atlassian-Webhook-Retry": retry }) };
}

const shortened = (content) => (content.length > MOST ? `${content.slice(0, MOST)}\n… ${content.length - MOST} characters more` : content);
