// Faults: what goes wrong between Jira and an app, made to go wrong here; and bursts of webhooks.
import { redraw } from "/web/focus.js";
import { api, complain, field, flag, h, lozenge } from "/web/dom.js";

const UNITS = { delay: "Seconds", huge_body: "Megabytes", clock_skew: "Seconds ahead", rest_429: "Seconds to wait" };
const NAMES = { duplicate: "Duplicate", delay: "Delay", reorder: "Reorder", drop: "Drop", wrong_token: "Wrong token", huge_body: "Huge body", clock_skew: "Clock skew", keys_outage: "Key server outage", rest_429: "REST answers 429", rest_5xx: "REST answers 503" };
let list;

export async function show(main) {
  list = h("div", { class: "faults" });
  main.replaceChildren(
    h("div", { class: "heading" },
      h("div", {}, h("h1", {}, "Faults"), h("p", { class: "muted" }, "What seldom goes wrong on one machine, and does between Jira and an app. Each happens so many times, or until you take it back.")),
      h("button", { type: "button", onclick: () => change("DELETE", "").catch(complain) }, "Take all back")),
    list, h("h2", {}, "Burst"), burst());
  await refresh();
  addEventListener("live", ({ detail }) => detail.kind === "faults" && refresh().catch(complain));
  addEventListener("live-again", () => refresh().catch(complain));
}

const refresh = async () => draw(await api("/stand-in/faults"));
const change = async (method, query, body) => draw(await api(`/stand-in/faults${query}`, { method, body }));

function draw(faults) {
  const typing = list.contains(document.activeElement) && document.activeElement.matches("input, select");
  if (typing && list.childElementCount) {
    for (const fault of faults) list.querySelector(`[data-kind="${fault.kind}"] .state`).replaceChildren(state(fault));
    return;
  }
  redraw(list, ...faults.map(card));
}

function state({ on }) {
  if (!on) return lozenge("off");
  return lozenge(on.left === null ? "on until taken back" : `on for ${on.left} more`, "notice");
}

function card(fault) {
  // A clock that is off stays so.
  const times = fault.kind !== "clock_skew" && h("input", { name: "times", type: "number", min: 1, max: 100000, value: "1", placeholder: "always" });
  const amount = fault.amount !== null && h("input", { name: "amount", type: "number", step: "any", value: fault.amount, required: true });
  const submit = (event) => {
    event.preventDefault();
    const body = { kind: fault.kind, times: times && times.value ? Number(times.value) : null, ...(amount && { amount: Number(amount.value) }) };
    change("POST", "", body).catch(complain);
  };
  return h("form", { class: "box fault-card", "aria-label": NAMES[fault.kind], dataset: { kind: fault.kind }, onsubmit: submit },
    h("div", { class: "heading" }, h("h2", {}, NAMES[fault.kind]), h("span", { class: "state", "aria-live": "polite" }, state(fault))),
    h("p", { class: "muted" }, fault.words),
    h("div", { class: "row" },
      times && field("Times", times), amount && field(UNITS[fault.kind], amount),
      h("div", { class: "buttons" }, h("button", {}, "Switch on"),
        fault.on && h("button", { type: "button", class: "quiet", onclick: () => change("DELETE", `?kind=${fault.kind}`).catch(complain) }, "Take back"))));
}

function burst() {
  const count = h("input", { name: "count", type: "number", min: 1, max: 10000, value: 100, required: true });
  return h("form", { class: "box fault-card", "aria-label": "Burst", onsubmit: async (event) => {
    event.preventDefault();
    try {
      const { sent } = await api("/stand-in/bursts", { method: "POST", body: { count: Number(count.value) } });
      flag({ title: `${sent} webhooks are on their way`, body: "Each is like the last one, under an identifier of its own.", type: "success" });
    } catch (fault) {
      complain(fault);
    }
  } }, h("p", { class: "muted" }, "So many webhooks like the last one, at once, each under an identifier of its own."),
  h("div", { class: "row" }, field("How many", count), h("div", { class: "buttons" }, h("button", { class: "primary" }, "Send"))));
}
