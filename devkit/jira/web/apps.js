// Manage apps: install one from its descriptor, as under "Manage apps" in Jira; switch it off and on; remove it.
import { redraw, wayBackTo } from "/web/focus.js";
import { api, complain, dialog, field, flag, h, lozenge } from "/web/dom.js";

let list;
let project;
let opened = new Set();

export async function show(main, session) {
  project = session.projects[0].key;
  list = h("div", { class: "apps" });
  main.replaceChildren(h("div", { class: "heading" }, h("h1", {}, "Manage apps")), installForm(), h("h2", {}, "Installed apps"), list);
  await refresh();
  addEventListener("live", (event) => event.detail.kind === "apps" && refresh().catch(complain));
  addEventListener("live-again", () => refresh().catch(complain));
}

function installForm() {
  const url = h("input", { name: "descriptorUrl", type: "url", required: true, placeholder: "http://127.0.0.1:3000/atlassian-connect.json", autocomplete: "off", spellcheck: "false" });
  const button = h("button", { class: "primary" }, "Install");
  const fault = h("div", { class: "fault", role: "alert" });
  return h("form", { class: "install box", onsubmit: async (event) => {
    event.preventDefault();
    fault.replaceChildren();
    button.disabled = true;
    button.textContent = "Installing…";
    try {
      const app = await api("/stand-in/apps", { method: "POST", body: { descriptorUrl: url.value } });
      url.value = "";
      flag({ title: `${app.name} is installed`, body: "Open an issue to see its panels.", type: "success" });
      await refresh();
    } catch (error) {
      fault.append(reasons(error));
    } finally {
      button.disabled = false;
      button.textContent = "Install";
    }
  } }, field("App descriptor URL", url), button, fault);
}

function reasons(error) {
  const each = error.reasons?.length ? error.reasons : [error.message];
  return h("div", {}, h("strong", {}, "The app was not installed."), h("ul", {}, each.map((reason) => h("li", {}, reason))));
}

async function refresh() {
  const apps = await api("/stand-in/apps");
  redraw(list, ...(apps.length ? apps.map(card) : [h("p", { class: "empty small" }, "None yet. Paste the URL of an app's descriptor above.")]));
}

const SELDOM = ["dialogs", "jiraBackgroundScripts", "jiraDashboardItems", "jiraIssueTabPanels"];

function addressOf(app, module) {
  const query = module.kind.startsWith("jiraProject") || module.kind === "jiraReports" ? `?project=${project}` : "";
  return `/plugins/servlet/ac/${encodeURIComponent(app.key)}/${encodeURIComponent(module.key)}${query}`;
}

/** The page of a module, where it has one that is opened by hand. */
function pageLink(app, module) {
  if (!module.page || SELDOM.includes(module.kind) || !app.enabled) return null;
  return [h("a", { href: addressOf(app, module), "aria-label": `Open ${module.name}` }, "Open"), " "];
}

const ADMINISTRATION = { postInstallPage: () => "Get started", configurePage: () => "Configure", adminPages: ({ name }) => name };

/** The ways to the pages that an administrator looks for here. */
function administration(app) {
  const pages = app.modules.filter(({ kind, page }) => ADMINISTRATION[kind] && page && app.enabled);
  return pages.length > 0 && h("p", { class: "pages" }, pages.map((module) => h("a", { href: addressOf(app, module) }, ADMINISTRATION[module.kind](module))));
}

function licence(app, act, path) {
  const chooser = h("select", { "aria-label": `Licence of ${app.name}`, onchange: act(() => api(path, { method: "PUT", body: { licence: chooser.value } })) },
    [["none", "No licence"], ["active", "Licensed"], ["evaluation", "Evaluation"]].map(([value, text]) => h("option", { value, selected: value === app.licence }, text)));
  return chooser;
}

const ORDERS = [["first", "First disabled, then uninstalled"], ["last", "First uninstalled, then disabled"], ["unsigned", "As before, but disabled without a token"]];

function uninstallDialog(app, path) {
  const order = h("select", { name: "disabled" }, ORDERS.map(([value, text]) => h("option", { value }, text)));
  dialog(`Uninstall ${app.name}?`, [h("p", {}, "The app is told so, and its pages go. Issues stay. Jira sends the two calls in either order."), field("Order of the calls", order)],
    { action: "Uninstall", danger: true, save: ({ disabled }) => api(`${path}?disabled=${disabled}`, { method: "DELETE" }) });
}

function card(app) {
  const act = (work, done) => async (event) => {
    const goBack = wayBackTo(event.target);
    event.target.disabled = true;
    try {
      await work();
      if (done) flag({ title: done, type: "success" });
    } catch (fault) {
      complain(fault);
    }
    await refresh();
    goBack();
  };
  const path = `/stand-in/apps/${encodeURIComponent(app.key)}`;
  const faulty = app.modules.filter(({ complaints }) => complaints.length).length;
  const modules = h("details", { open: opened.has(app.key), ontoggle: () => (modules.open ? opened.add(app.key) : opened.delete(app.key)) },
    h("summary", {}, `${app.modules.length} modules, scopes: ${app.scopes.join(", ") || "none"} `, faulty > 0 && lozenge(`complaints about ${faulty}`, "moved")),
    h("ul", { class: "modules" }, app.modules.map((module) => h("li", {}, h("code", {}, module.kind), h("span", {}, module.event || `${module.name} (${module.key})`, " ", pageLink(app, module), module.shown ? null : lozenge("not shown here", "moved"),
      module.complaints.map((text) => h("p", { class: "warn" }, `⚠ ${text}`)))))),
    h("dl", {}, h("dt", {}, "Base URL"), h("dd", {}, app.baseUrl), h("dt", {}, "Descriptor"), h("dd", {}, app.descriptorUrl), h("dt", {}, "Client key"), h("dd", {}, app.clientKey)));
  return h("section", { class: "box app", "aria-label": app.name },
    h("div", { class: "heading" },
      h("div", {}, h("h3", {}, app.name, " ", app.enabled ? lozenge("Enabled", "done") : lozenge("Disabled")), h("p", { class: "muted" }, `${app.key}${app.vendor ? ` · by ${app.vendor}` : ""}`)),
      h("div", { class: "buttons" },
        h("button", { type: "button", onclick: act(() => api("/stand-in/apps", { method: "POST", body: { descriptorUrl: app.descriptorUrl } }), `${app.name} is up to date`) }, "Update"),
        h("button", { type: "button", onclick: act(() => api(path, { method: "PUT", body: { enabled: !app.enabled } })) }, app.enabled ? "Disable" : "Enable"),
        h("button", { type: "button", onclick: act(() => api(`${path}/secret`, { method: "POST", body: {} }), `${app.name} has a new secret`) }, "New secret"),
        licence(app, act, path),
        h("button", { type: "button", class: "quiet", onclick: () => uninstallDialog(app, path) }, "Uninstall"))),
    app.description && h("p", {}, app.description), administration(app), modules);
}
