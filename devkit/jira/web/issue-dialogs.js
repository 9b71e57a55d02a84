// Dialogs about issues that apps open: for a new one, and for one that is there.
// Source: https://developer.atlassian.com/cloud/jira/platform/jsapi/jira/
import { h, issueDialog, lozenge, openModal, rest } from "/web/dom.js";

/** The dialog for a new issue, with what the app has filled in; gives the issues that were made, none where it was closed. */
export function createIssue(session, { pid, fields = {} }) {
  const { key } = session.projects.find(({ id }) => id === String(pid)) || session.projects[0];
  return new Promise((resolve) =>
    issueDialog("Create issue", "Create", fields, async ({ summary, description }) => {
      resolve([await rest("/issue", { method: "POST", body: { fields: { summary, description, project: { key } } } })]);
    }, () => resolve([])));
}

/** An issue in a dialog, beside which the app's page stays; resolves once it is closed. */
export async function showIssue(key) {
  const { fields } = await rest(`/issue/${encodeURIComponent(key)}`);
  const { name, statusCategory } = fields.status;
  return new Promise((resolve) => {
    const close = h("button", { type: "button", autofocus: true, onclick: () => element.close() }, "Close");
    const element = h("dialog", { class: "issue-dialog", "aria-labelledby": "issue-dialog-title" },
      h("p", { class: "crumbs" }, h("a", { href: `/browse/${encodeURIComponent(key)}` }, key), " ", lozenge(name, statusCategory.key === "done" ? "done" : "")),
      h("h2", { id: "issue-dialog-title" }, fields.summary), h("p", { class: "prose" }, fields.description || "No description."), h("div", { class: "buttons" }, close));
    openModal(element, resolve);
  });
}
