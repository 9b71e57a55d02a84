// The board: a column for each status. Cards are moved by their menu, or with the mouse.
import { api, complain, flag, h, issueDialog, rest } from "/web/dom.js";
import { itemsAt } from "/web/items.js";

const STEP = 50;
const wanted = {};
let session;
let project;
let columns;
let reading;
let again;

const move = (key, status) =>
  rest(`/issue/${key}/transitions`, { method: "POST", body: { transition: { id: status.transition } } });

export async function show(main, given) {
  session = given;
  const asked = new URLSearchParams(location.search).get("project");
  project = session.projects.find(({ key }) => key === asked) || session.projects[0];
  columns = h("div", { class: "columns" });
  main.replaceChildren(
    h("div", { class: "heading" },
      h("div", {}, h("p", { class: "crumbs" }, `Project ${project.key}`), h("h1", {}, project.name), chooser()),
      h("button", { class: "primary", type: "button", onclick: create }, "Create issue")),
    await projectPages(), columns);
  await refresh();
  addEventListener("live", (event) => event.detail.kind === "issue" && refresh().catch(complain));
  addEventListener("live-again", () => refresh().catch(complain));
}

const OF_PROJECTS = ["jiraProjectPages", "jiraProjectAdminTabPanels", "jiraReports"];

/** What apps have in the project: pages, reports, and links. */
async function projectPages() {
  const place = { project: project.key };
  const pages = (await api(`/stand-in/menu?project=${project.key}`)).filter(({ kind }) => OF_PROJECTS.includes(kind));
  const items = await itemsAt(session, "project", place);
  if (!pages.length && !items.length) return "";
  return h("nav", { class: "project-pages", "aria-label": "Pages of apps" }, pages.map(({ appKey, moduleKey, name }) =>
    h("a", { href: `/plugins/servlet/ac/${encodeURIComponent(appKey)}/${encodeURIComponent(moduleKey)}?project=${project.key}` }, name)), items);
}

/** The way to another project, where there is more than one. */
function chooser() {
  if (session.projects.length < 2) return "";
  const select = h("select", { "aria-label": "Project", onchange: () => location.assign(`/?project=${select.value}`) },
    session.projects.map(({ key, name }) => h("option", { value: key, selected: key === project.key }, name)));
  return select;
}

function create() {
  issueDialog(`Create issue in ${project.name}`, "Create", {}, async ({ summary, description }) => {
    const fields = { summary, description, project: { key: project.key }, issuetype: { name: "Task" } };
    const made = await rest("/issue", { method: "POST", body: { fields } });
    const end = flag({ title: `${made.key} created`, body: summary, type: "success", actions: { open: `Open ${made.key}` }, onaction: () => { end(); location.href = `/browse/${made.key}`; } });
  });
}

/** The columns, each with its count and its newest issues; `wanted` says of which status how many. */
const read = () => api(`/stand-in/board?${new URLSearchParams({ project: project.key, ...wanted })}`);

/** One reading at a time: whatever happens meanwhile is in the next one. */
async function refresh() {
  again = Boolean(reading);
  reading ??= draw().finally(() => {
    reading = null;
    if (again) refresh().catch(complain);
  });
  return reading;
}

async function draw() {
  const found = await read();
  const focused = document.activeElement?.closest?.("[data-key]")?.dataset.key;
  const more = document.activeElement?.dataset?.more;
  const empty = found.every(({ count }) => count === 0);
  columns.replaceChildren(...found.map((each) => column(session.statuses.find(({ id }) => id === each.status), each, empty)));
  if (focused) columns.querySelector(`[data-key="${CSS.escape(focused)}"] select`)?.focus();
  if (more) (columns.querySelector(`[data-more="${more}"]`) || columns.querySelector(`[data-status="${more}"] li:last-of-type a`))?.focus();
}

function column(status, { issues, count }, empty) {
  const list = h("ul", {}, issues.map((issue) => card(issue, status)));
  const section = h("section", { class: "column", dataset: { status: status.id }, "aria-label": `${status.name}, ${count}` },
    h("h2", {}, h("span", { class: `dot ${status.category}` }), status.name, h("span", { class: "count" }, count.toLocaleString("en"))), list);
  if (issues.length < count) {
    section.append(h("p", { class: "rest" }, `The newest ${issues.length} of ${count.toLocaleString("en")}`,
      h("button", { type: "button", class: "quiet", dataset: { more: status.id }, onclick: () => { wanted[status.id] = issues.length + STEP; refresh().catch(complain); } }, `Show ${Math.min(STEP, count - issues.length)} more`)));
  }
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
    h("a", { href: `/browse/${issue.key}`, class: "title" }, issue.summary),
    h("div", { class: "foot" }, h("span", { class: "key" }, issue.key), chooser));
}
