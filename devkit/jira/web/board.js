// The board: a column for each status. Cards are moved by their menu, or with the mouse.
import { api, complain, flag, h, issueDialog, rest } from "/web/dom.js";

let session;
let columns;

const move = (key, status) =>
  rest(`/issue/${key}/transitions`, { method: "POST", body: { transition: { id: status.transition } } });

export async function show(main, given) {
  session = given;
  const project = session.projects[0];
  columns = h("div", { class: "columns" });
  main.replaceChildren(
    h("div", { class: "heading" },
      h("div", {}, h("p", { class: "crumbs" }, `Project ${project.key}`), h("h1", {}, project.name)),
      h("button", { class: "primary", type: "button", onclick: create }, "Create issue")),
    await projectPages(project), columns);
  await refresh();
  addEventListener("live", (event) => event.detail.kind === "issue" && refresh().catch(complain));
  addEventListener("live-again", () => refresh().catch(complain));
}

/** Links to the pages that apps have in the project. */
async function projectPages(project) {
  const pages = (await api(`/stand-in/menu?project=${project.key}`)).filter(({ kind }) => kind === "jiraProjectPages" || kind === "jiraProjectAdminTabPanels");
  if (!pages.length) return "";
  return h("nav", { class: "project-pages", "aria-label": "Pages of apps" }, pages.map(({ appKey, moduleKey, name }) =>
    h("a", { href: `/plugins/servlet/ac/${encodeURIComponent(appKey)}/${encodeURIComponent(moduleKey)}?project=${project.key}` }, name)));
}

function create() {
  const project = session.projects[0];
  issueDialog(`Create issue in ${project.name}`, "Create", {}, async ({ summary, description }) => {
    const fields = { summary, description, project: { key: project.key }, issuetype: { name: "Task" } };
    const made = await rest("/issue", { method: "POST", body: { fields } });
    const end = flag({ title: `${made.key} created`, body: summary, type: "success", actions: { open: `Open ${made.key}` }, onaction: () => { end(); location.href = `/browse/${made.key}`; } });
  });
}

async function allIssues() {
  const issues = [];
  let token = "";
  do {
    const query = new URLSearchParams({ jql: `project = ${session.projects[0].key} ORDER BY created ASC`, fields: "summary,status,issuetype,assignee", maxResults: "100", ...(token && { nextPageToken: token }) });
    const answer = await rest(`/search/jql?${query}`);
    issues.push(...answer.issues);
    token = answer.isLast ? "" : answer.nextPageToken;
  } while (token);
  return issues;
}

async function refresh() {
  const issues = await allIssues();
  const focused = document.activeElement?.closest?.("[data-key]")?.dataset.key;
  columns.replaceChildren(...session.statuses.map((status) => column(status, issues.filter((issue) => issue.fields.status.id === status.id), issues.length === 0)));
  if (focused) columns.querySelector(`[data-key="${CSS.escape(focused)}"] select`)?.focus();
}

function column(status, issues, empty) {
  const list = h("ul", {}, issues.map((issue) => card(issue, status)));
  const section = h("section", { class: "column", "aria-label": `${status.name}, ${issues.length}` },
    h("h2", {}, h("span", { class: `dot ${status.category}` }), status.name, h("span", { class: "count" }, String(issues.length))), list);
  if (empty && status.category === "new") {
    list.append(h("li", { class: "hint" }, "Nothing here yet. Create an issue and move it along: your app hears of every step."));
  }
  section.addEventListener("dragover", (event) => { event.preventDefault(); section.classList.add("over"); });
  section.addEventListener("dragleave", () => section.classList.remove("over"));
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    section.classList.remove("over");
    const key = event.dataTransfer.getData("text/plain");
    if (/^[A-Z]+-\d+$/.test(key)) move(key, status).catch(complain);
  });
  return section;
}

function card(issue, status) {
  const chooser = h("select", { "aria-label": `Status of ${issue.key}`, onchange: () => move(issue.key, session.statuses.find((each) => each.id === chooser.value)).catch(complain) },
    session.statuses.map((each) => h("option", { value: each.id, selected: each.id === status.id }, each.name)));
  return h("li", { class: "card", draggable: "true", dataset: { key: issue.key }, ondragstart: (event) => event.dataTransfer.setData("text/plain", issue.key) },
    h("a", { href: `/browse/${issue.key}`, class: "title" }, issue.fields.summary),
    h("div", { class: "foot" }, h("span", { class: "key" }, issue.key), chooser));
}
