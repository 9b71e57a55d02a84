// One issue: its texts, comments and history, and the panels of apps beside it. What changes is put in place; the
// panels' frames stay, so that an app sees the change as it would in Jira.
import { api, avatar, complain, dialog, field, h, issueDialog, rest, time } from "/web/dom.js";
import { bridgeOf, logBox } from "/web/bridge.js";
import { redraw } from "/web/focus.js";
import { background } from "/web/background.js";
import { things } from "/web/issue-things.js";
import { itemsAt } from "/web/items.js";

const key = decodeURIComponent(location.pathname.split("/").pop());
let session;
let issue;
let shown = "comments";
const parts = {};

export async function show(main, given) {
  session = given;
  issue = await rest(`/issue/${encodeURIComponent(key)}?expand=changelog`);
  for (const name of ["title", "items", "description", "below", "things", "activity", "tab", "status", "details", "panels", "unseen"]) parts[name] = h("div", { class: name });
  const log = logBox();
  main.replaceChildren(
    h("div", { class: "issue" },
      h("article", {}, parts.title, h("div", { class: "under-title" }, parts.status, parts.items), parts.description, parts.below, parts.things),
      h("aside", { "aria-label": "Details and apps" }, parts.details, parts.panels),
      h("div", { class: "activity-side" }, parts.activity, parts.tab)),
    parts.unseen, log);
  parts.below.classList.add("panels");
  draw();
  await showApps(log);
  addEventListener("live", ({ detail }) => {
    if (detail.kind === "issue" && detail.key === issue.key) refresh(detail.event).catch(complain);
    if (detail.kind === "apps") showApps(log).catch(complain);
  });
  addEventListener("live-again", () => refresh().catch(complain));
}

async function refresh(event) {
  if (event === "jira:issue_deleted") {
    document.getElementById("main").replaceChildren(h("div", { class: "empty" }, h("h1", {}, `${issue.key} was deleted`), h("a", { href: "/" }, "Back to the board")));
    return;
  }
  const before = issue.fields.status.id;
  issue = await rest(`/issue/${issue.id}?expand=changelog`);
  draw();
  if (!event || issue.fields.status.id !== before) await unseen.reload();
}

const LEFT = "atl.jira.view.issue.left.context";
const OWN_TABS = ["comments", "history"];
let bridge;
let unseen;
let tabs = [];

/** All that apps have on this page: panels on both sides, tabs below, and links and buttons under the title. */
async function showApps(log) {
  const place = { issue: issue.key };
  bridge = bridgeOf(session, place, log);
  bridge.clear();
  const [frames, menu, items] = await Promise.all([api(`/stand-in/issues/${issue.id}/frames`), api(`/stand-in/menu?issue=${issue.key}`), itemsAt(session, "issue", place)]);
  const panel = (frame) => h("section", { class: "panel", "aria-label": frame.title },
    h("h2", {}, frame.title, h("span", { class: "by" }, frame.appName)), bridge.mount(frame));
  parts.below.replaceChildren(...frames.filter(({ options }) => options.moduleLocation === LEFT).map(panel));
  parts.panels.replaceChildren(...frames.filter(({ options }) => options.moduleLocation !== LEFT).map(panel));
  if (!frames.length) {
    parts.panels.append(h("section", { class: "panel hint" }, h("h2", {}, "Apps"), h("p", {}, "No app shows a panel here. "), h("a", { href: "/apps" }, "Install one under Manage apps")));
  }
  parts.items.replaceChildren(...items);
  unseen = background(bridge, menu, "issue_view");
  parts.unseen.replaceChildren(unseen.element);
  await unseen.load();
  tabs = menu.filter(({ kind }) => kind === "jiraIssueTabPanels");
  parts.tab.replaceChildren();
  if (!OWN_TABS.includes(shown)) shown = "comments";
  drawActivity();
}

/** The tab of an app, below those of the site; it is opened when it is first looked at. */
async function openTab({ appKey, moduleKey }) {
  const given = await api(`/stand-in/frame?${new URLSearchParams({ issue: issue.key, app: appKey, module: moduleKey })}`);
  parts.tab.replaceChildren(bridge.mount(given));
}

function draw() {
  const fields = issue.fields;
  document.title = `${issue.key} ${fields.summary} · Stand-in for Jira`;
  redraw(parts.title,
    h("p", { class: "crumbs" }, h("a", { href: `/?project=${fields.project.key}` }, fields.project.name), " / ", issue.key),
    h("div", { class: "heading" }, h("h1", {}, fields.summary),
      h("div", { class: "buttons" },
        h("button", { type: "button", onclick: edit }, "Edit"),
        h("button", { type: "button", class: "quiet", onclick: remove }, "Delete"))));
  parts.description.replaceChildren(h("h2", {}, "Description"),
    fields.description ? h("p", { class: "prose" }, fields.description) : h("p", { class: "muted" }, "None given."));
  redraw(parts.things, ...things(issue));
  drawStatus();
  drawActivity();
  const rows = { Type: fields.issuetype.name, Reporter: [avatar(fields.reporter?.displayName), fields.reporter?.displayName || "Unknown"], Assignee: fields.assignee?.displayName || "Unassigned", Priority: fields.priority.name, Created: time(fields.created), Updated: time(fields.updated) };
  parts.details.replaceChildren(h("h2", {}, "Details"), h("dl", {}, Object.entries(rows).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

function drawStatus() {
  const status = issue.fields.status;
  const chooser = h("select", { id: "status", class: `status ${status.statusCategory.key}`, onchange: () => {
    const wanted = session.statuses.find((each) => each.id === chooser.value);
    rest(`/issue/${issue.id}/transitions`, { method: "POST", body: { transition: { id: wanted.transition } } }).catch((fault) => { complain(fault); draw(); });
  } }, session.statuses.map((each) => h("option", { value: each.id, selected: each.id === status.id }, each.name)));
  const focused = document.activeElement?.id === "status";
  parts.status.replaceChildren(h("label", { for: "status", class: "hidden" }, "Status"), chooser);
  if (focused) chooser.focus();
}

function drawActivity() {
  const draft = parts.activity.querySelector("textarea")?.value || "";
  const focused = document.activeElement?.dataset?.tab;
  const typing = document.activeElement?.id === "comment";
  const tab = (name, text, of) => h("button", { type: "button", class: "tab", "aria-pressed": String(shown === name), dataset: { tab: name }, onclick: () => { shown = name; parts.tab.replaceChildren(); if (of) openTab(of).catch(complain); drawActivity(); } }, text);
  const comments = issue.fields.comment.comments;
  const histories = issue.changelog.histories;
  parts.activity.replaceChildren(
    h("div", { class: "tabs" }, h("h2", {}, "Activity"), tab("comments", `Comments (${comments.length})`), tab("history", `History (${histories.length})`),
      tabs.map((of) => tab(`${of.appKey}/${of.moduleKey}`, of.name, of))),
    !OWN_TABS.includes(shown) ? "" : shown === "comments" ? h("div", {}, comments.map(commentRow), commentForm(draft)) : h("ul", { class: "history" }, histories.map(historyRow), created()));
  if (focused) parts.activity.querySelector(`[data-tab="${focused}"]`)?.focus();
  if (typing) parts.activity.querySelector("textarea")?.focus();
}

const commentRow = (comment) =>
  h("div", { class: "entry" }, avatar(comment.author?.displayName), h("div", {}, h("p", {}, h("strong", {}, comment.author?.displayName || "Unknown"), " ", time(comment.created)), h("p", { class: "prose" }, comment.body),
    h("div", { class: "buttons" }, h("button", { type: "button", class: "link", "aria-label": "Edit the comment", onclick: () => editComment(comment) }, "Edit"), h("button", { type: "button", class: "link", "aria-label": "Delete the comment", onclick: () => rest(`/issue/${issue.id}/comment/${comment.id}`, { method: "DELETE" }).catch(complain) }, "Delete"))));

function editComment(comment) {
  dialog("Edit the comment", field("Comment", h("textarea", { name: "body", rows: 4, required: true, value: comment.body })), { save: ({ body }) =>
    rest(`/issue/${issue.id}/comment/${comment.id}`, { method: "PUT", body: { body } }) });
}

const historyRow = (history) =>
  h("li", { class: "entry" }, avatar(history.author?.displayName), h("div", {}, h("p", {}, h("strong", {}, history.author?.displayName || "Unknown"), " changed ", history.items.map((item) => item.field).join(", "), " ", time(history.created)),
    history.items.map((item) => h("p", { class: "change" }, h("span", {}, item.fromString || "None"), h("span", { "aria-label": "to" }, "→"), h("span", {}, item.toString || "None")))));

const created = () =>
  h("li", { class: "entry" }, avatar(issue.fields.creator?.displayName), h("div", {}, h("p", {}, h("strong", {}, issue.fields.creator?.displayName || "Unknown"), " created the issue ", time(issue.fields.created))));

function commentForm(draft) {
  const text = h("textarea", { id: "comment", rows: 2, "aria-label": "Add a comment", placeholder: "Add a comment…", value: draft });
  return h("form", { class: "entry", onsubmit: (event) => {
    event.preventDefault();
    const body = text.value;
    if (!body.trim()) return;
    text.value = "";
    rest(`/issue/${issue.id}/comment`, { method: "POST", body: { body } }).catch((fault) => { text.value = body; complain(fault); });
  } }, avatar(session.user.name), h("div", {}, text, h("button", {}, "Comment")));
}

function edit() {
  issueDialog(`Edit ${issue.key}`, "Save", issue.fields, ({ summary, description }) =>
    rest(`/issue/${issue.id}`, { method: "PUT", body: { fields: { summary, description } } }));
}

function remove() {
  dialog(`Delete ${issue.key}?`, h("p", {}, "It goes for good, and the apps are told so."), { action: "Delete", danger: true, save: async () => {
    await rest(`/issue/${issue.id}`, { method: "DELETE" });
    location.href = "/";
  } });
}
