// One issue: its texts, comments and history, and the panels of apps beside it. What changes is put in place; the
// panels' frames stay, so that an app sees the change as it would in Jira.
import { api, avatar, complain, dialog, field, h, issueDialog, rest, time } from "/web/dom.js";
import { Bridge } from "/web/bridge.js";
import { things } from "/web/issue-things.js";

const key = decodeURIComponent(location.pathname.split("/").pop());
let session;
let issue;
let shown = "comments";
const parts = {};

export async function show(main, given) {
  session = given;
  issue = await rest(`/issue/${encodeURIComponent(key)}?expand=changelog`);
  for (const name of ["title", "description", "more", "activity", "status", "details"]) parts[name] = h("div", { class: name });
  const log = h("ol", { class: "log" });
  const panels = h("div", { class: "panels" });
  main.replaceChildren(
    h("div", { class: "issue" },
      h("article", {}, parts.title, parts.description, parts.more),
      h("aside", { "aria-label": "Details and apps" }, parts.status, parts.details, panels),
      parts.activity),
    h("details", { class: "bridge" }, h("summary", {}, "Bridge log", h("span", { class: "count" }, "0")),
      h("p", { class: "muted" }, "Every message between this page and the app's frames."), log));
  draw();
  await showPanels(panels, log);
  addEventListener("live", ({ detail }) => {
    if (detail.kind === "issue" && detail.key === issue.key) refresh(detail.event).catch(complain);
    if (detail.kind === "apps") showPanels(panels, log).catch(complain);
  });
  addEventListener("live-again", () => refresh().catch(complain));
}

async function refresh(event) {
  if (event === "jira:issue_deleted") {
    document.getElementById("main").replaceChildren(h("div", { class: "empty" }, h("h1", {}, `${issue.key} was deleted`), h("a", { href: "/" }, "Back to the board")));
    return;
  }
  issue = await rest(`/issue/${issue.id}?expand=changelog`);
  draw();
}

async function showPanels(place, log) {
  place.bridge?.close();
  const bridge = (place.bridge = new Bridge(session, { issue: issue.key }, log));
  const frames = await api(`/stand-in/issues/${issue.id}/frames`);
  place.replaceChildren(...frames.map((frame) =>
    h("section", { class: "panel", "aria-label": frame.title },
      h("h2", {}, frame.title, h("span", { class: "by" }, frame.appName)), bridge.mount(frame))));
  if (!frames.length) {
    place.append(h("section", { class: "panel hint" }, h("h2", {}, "Apps"), h("p", {}, "No app shows a panel here. "), h("a", { href: "/apps" }, "Install one under Manage apps")));
  }
}

function draw() {
  const fields = issue.fields;
  document.title = `${issue.key} ${fields.summary} · Stand-in for Jira`;
  parts.title.replaceChildren(
    h("p", { class: "crumbs" }, h("a", { href: "/" }, fields.project.name), " / ", issue.key),
    h("div", { class: "heading" }, h("h1", {}, fields.summary),
      h("div", { class: "buttons" },
        h("button", { type: "button", onclick: edit }, "Edit"),
        h("button", { type: "button", class: "quiet", onclick: remove }, "Delete"))));
  parts.description.replaceChildren(h("h2", {}, "Description"),
    fields.description ? h("p", { class: "prose" }, fields.description) : h("p", { class: "muted" }, "None given."));
  drawStatus();
  drawActivity();
  parts.more.replaceChildren(things(issue));
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
  const tab = (name, text) => h("button", { type: "button", class: "tab", "aria-pressed": String(shown === name), dataset: { tab: name }, onclick: () => { shown = name; drawActivity(); } }, text);
  const comments = issue.fields.comment.comments;
  const histories = issue.changelog.histories;
  parts.activity.replaceChildren(
    h("div", { class: "tabs" }, h("h2", {}, "Activity"), tab("comments", `Comments (${comments.length})`), tab("history", `History (${histories.length})`)),
    shown === "comments" ? [...comments.map(commentRow), commentForm(draft)].reduce((list, row) => (list.append(row), list), h("div", {})) : h("ul", { class: "history" }, histories.map(historyRow), created()));
  if (focused) parts.activity.querySelector(`[data-tab="${focused}"]`)?.focus();
  if (typing) parts.activity.querySelector("textarea")?.focus();
}

const commentRow = (comment) =>
  h("div", { class: "entry" }, avatar(comment.author?.displayName), h("div", {}, h("p", {}, h("strong", {}, comment.author?.displayName || "Unknown"), " ", time(comment.created)), h("p", { class: "prose" }, comment.body),
    h("div", { class: "deeds" },
      h("button", { type: "button", class: "link", "aria-label": `Change the comment ${comment.body.slice(0, 30)}`, onclick: () => editComment(comment) }, "Change"),
      h("button", { type: "button", class: "link", "aria-label": `Remove the comment ${comment.body.slice(0, 30)}`, onclick: () => rest(`/issue/${issue.id}/comment/${comment.id}`, { method: "DELETE" }).catch(complain) }, "Remove"))));

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

function editComment(comment) {
  dialog("Change the comment", field("Comment", h("textarea", { name: "body", rows: 4, required: true, value: comment.body })), {
    save: (body) => rest(`/issue/${issue.id}/comment/${comment.id}`, { method: "PUT", body }),
  });
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
