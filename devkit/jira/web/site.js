// The site: its name, projects, versions, boards and sprints, people, options. Each deed is a webhook, as at Jira.
import { api, complain, dialog, field, flag, h, lozenge, rest } from "/web/dom.js";
import { redraw } from "/web/focus.js";
import { deed, list, row } from "/web/lists.js";

const agile = (path, options) => api(`/rest/agile/1.0${path}`, options);
const OPTIONS = { voting: "Voting", watching: "Watching", unassigned_issues: "Unassigned issues", subtasks: "Subtasks", issuelinks: "Issue links", timetracking: "Time tracking" };
let session;
let place;

export async function show(main, given) {
  session = given;
  place = h("div", { class: "site" });
  main.replaceChildren(h("div", { class: "heading" }, h("div", {}, h("h1", {}, "Site"), h("p", { class: "muted" }, "What an administrator changes in Jira, and apps are told of."))), place);
  await refresh();
  addEventListener("live", ({ detail }) => detail.kind === "site" && refresh().catch(complain));
  addEventListener("live-again", () => refresh().catch(complain));
}

async function refresh() {
  session = await api("/stand-in/session");
  const [projects, boards, options] = await Promise.all([rest("/project"), agile("/board"), api("/stand-in/options")]);
  const versions = await Promise.all(projects.map(({ id }) => rest(`/project/${id}/versions`)));
  const sprints = await Promise.all(boards.values.map(({ id }) => agile(`/board/${id}/sprint`)));
  redraw(place,
    list("Projects", "Create a project", createProject, projects.map(projectRow)),
    list("Versions", "Create a version", () => createVersion(projects), versions.flat().map(versionRow)),
    list("Boards", "Create a board", createBoard, boards.values.map(boardRow)),
    list("Sprints", "Create a sprint", () => createSprint(boards.values), sprints.flatMap(({ values }) => values).map(sprintRow)),
    list("People", "Invite somebody", invite, session.users.filter(({ accountId }) => accountId).map(personRow)),
    optionList(options), addressForm());
}

/** One more thing, by a dialog that asks for its name, and for whatever else. */
const ask = (title, fields, save, action = "Create") => dialog(title, [field("Name", h("input", { name: "name", required: true, maxlength: 80, autocomplete: "off" })), ...fields], { action, save, done: () => refresh().catch(complain) });

const does = (text, name, run) => deed(text, name, () => run().then(refresh).catch(complain));

const createProject = () => ask("Create a project", [field("Key", h("input", { name: "key", required: true, pattern: "[A-Z][A-Z0-9]{1,9}", title: "Two to ten capital letters and digits", autocomplete: "off" }))],
  ({ name, key }) => rest("/project", { method: "POST", body: { name, key, leadAccountId: session.user.accountId, projectTypeKey: "software" } }));

const projectRow = (project) => row(project.name, () => rest(`/project/${project.id}`, { method: "DELETE" }).then(() => restorable(project)),
  h("a", { href: `/?project=${project.key}` }, project.name), h("span", { class: "muted" }, project.key), does("Archive", project.name, () => rest(`/project/${project.id}/archive`, { method: "POST", body: {} }).then(() => restorable(project))));

/** What was put away can be fetched back, as long as the message stands. */
const restorable = ({ id, name }) => flag({ title: `${name} was put away`, close: "manual", actions: { restore: "Restore it" }, onaction: () => rest(`/project/${id}/restore`, { method: "POST", body: {} }).then(refresh).catch(complain) });

const createVersion = (projects) => ask("Create a version", [field("Project", h("select", { name: "projectId" }, projects.map(({ id, name }) => h("option", { value: id }, name))))],
  ({ name, projectId }) => rest("/version", { method: "POST", body: { name, projectId: Number(projectId) } }));

const versionRow = ({ id, name, released }) => row(name, () => rest(`/version/${id}`, { method: "DELETE" }),
  name, released && lozenge("released", "done"), does(released ? "Take back" : "Release", name, () => rest(`/version/${id}`, { method: "PUT", body: { released: !released } })));

const createBoard = () => ask("Create a board", [field("Project", h("select", { name: "project" }, session.projects.map(({ key, name }) => h("option", { value: key }, name))))],
  ({ name, project }) => agile("/board", { method: "POST", body: { name, type: "scrum", location: { type: "project", projectKeyOrId: project } } }));

const change = (kind, id, body) => api(`/stand-in/${kind}/${encodeURIComponent(id)}`, { method: "PUT", body });

const rename = (kind, id, name) => deed("Rename", name, () => ask(`Another name for ${name}`, [], (given) => change(kind, id, { name: given.name }), "Rename"));

const boardRow = ({ id, name }) => row(name, () => agile(`/board/${id}`, { method: "DELETE" }), name, rename("boards", id, name), deed("Columns", `of ${name}`, () => chooseColumns(id, name).catch(complain)));

async function chooseColumns(id, name) {
  const { columnConfig } = await agile(`/board/${id}/configuration`);
  const shown = new Set(columnConfig.columns.flatMap(({ statuses }) => statuses.map((status) => status.id)));
  dialog(`Columns of ${name}`, session.statuses.map((status) => h("label", { class: "check" }, h("input", { type: "checkbox", name: status.id, checked: shown.has(status.id) }), status.name)),
    { save: (given) => change("boards", id, { columns: session.statuses.map((status) => status.id).filter((each) => given[each]) }) });
}

const createSprint = (boards) => boards.length === 0 ? flag({ title: "A sprint needs a board", body: "Create one first.", type: "info" }) : ask("Create a sprint", [field("Board", h("select", { name: "board" }, boards.map(({ id, name }) => h("option", { value: id }, name))))],
  ({ name, board }) => agile("/sprint", { method: "POST", body: { name, originBoardId: Number(board) } }));

const NEXT = { future: ["Start", "active"], active: ["Close", "closed"] };
const FORTNIGHT = 14 * 86400000; // milliseconds

/** What a sprint is told for its next state: one that begins needs to know until when it goes. */
const entering = (state) => (state === "active" ? { state, startDate: new Date().toISOString(), endDate: new Date(Date.now() + FORTNIGHT).toISOString() } : { state });

const sprintRow = ({ id, name, state }) => row(name, () => agile(`/sprint/${id}`, { method: "DELETE" }),
  name, lozenge(state, state === "closed" ? "done" : ""), NEXT[state] && does(NEXT[state][0], name, () => agile(`/sprint/${id}`, { method: "PUT", body: entering(NEXT[state][1]) })));

const invite = () => ask("Invite somebody", [], ({ name }) => rest("/user", { method: "POST", body: { displayName: name, emailAddress: `${name.replace(/\W+/g, ".").toLowerCase()}@example.com`, products: ["jira-software"] } }), "Invite");

const personRow = ({ accountId, name }) => row(name, () => rest(`/user?accountId=${encodeURIComponent(accountId)}`, { method: "DELETE" }),
  name, rename("users", accountId, name));

function optionList(options) {
  const toggle = (name) => (event) => api("/stand-in/options", { method: "PUT", body: { [name]: event.target.checked } }).catch((fault) => (complain(fault), refresh()));
  return h("section", { class: "box", "aria-label": "Options" }, h("h2", {}, "Options"), h("ul", {}, Object.entries(options).map(([name, on]) =>
    h("li", {}, h("label", { class: "check" }, h("input", { type: "checkbox", checked: on, onchange: toggle(name) }), OPTIONS[name] || name)))));
}

const NAMES = ["localhost", "127.0.0.1"];

/** Another base URL is told by a new `installed` at once, and this page is there from then on. */
function addressForm() {
  const { baseUrl, displayUrl } = session;
  const name = h("select", { name: "name" }, NAMES.map((each) => h("option", { value: each, selected: new URL(baseUrl).hostname === each }, each)));
  const shown = h("input", { name: "displayUrl", type: "url", placeholder: "https://jira.example.com", autocomplete: "off", value: displayUrl === baseUrl ? "" : displayUrl });
  return h("form", { class: "box address", "aria-label": "Address", onsubmit: async (event) => {
    event.preventDefault();
    try {
      const told = await api("/stand-in/site", { method: "PUT", body: { name: name.value, displayUrl: shown.value } });
      const refused = Object.entries(told.refused);
      for (const [app, reasons] of refused) flag({ title: `${app} does not take the new base URL`, body: reasons.join(" "), type: "error", close: "manual" });
      if (told.baseUrl === baseUrl) flag({ title: `The site shows itself as ${told.displayUrl}`, body: "Apps hear of it with their next lifecycle call.", type: "success" });
      else if (!refused.length) location.assign(`${told.baseUrl}/site`);
      else await refresh();
    } catch (fault) {
      complain(fault);
    }
  } }, h("h2", {}, "Address"), field("Name in the base URL", name), field("Custom domain", shown), h("div", { class: "buttons" }, h("button", {}, "Use")));
}
