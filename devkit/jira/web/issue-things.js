// What is at an issue beside its texts: work, files, links. Each is added and removed here, and apps hear of it.
import { complain, dialog, field, h, rest, time } from "/web/dom.js";

/** The lists of an issue, drawn anew with it. */
export const things = (issue) => h("section", { class: "things", "aria-label": "Work, files and links" },
  part("Work", "Log work", () => log(issue), issue.fields.worklog.worklogs.map((each) =>
    row([h("strong", {}, each.timeSpent), ` by ${each.author?.displayName || "Unknown"} `, time(each.started), each.comment && ` ${each.comment}`],
      `the ${each.timeSpent} of ${each.author?.displayName}`, () => remove(`/issue/${issue.id}/worklog/${each.id}`)))),
  part("Files", "Attach", () => attach(issue), issue.fields.attachment.map((each) =>
    row([h("a", { href: `/rest/api/2/attachment/content/${each.id}`, download: each.filename }, each.filename), ` ${each.size.toLocaleString("en")} bytes`],
      each.filename, () => remove(`/attachment/${each.id}`)))),
  part("Links", "Link issue", () => link(issue), issue.fields.issuelinks.map((each) => {
    const other = each.inwardIssue || each.outwardIssue;
    const words = each.inwardIssue ? each.type.inward : each.type.outward;
    return row([`${words} `, h("a", { href: `/browse/${other.key}` }, other.key), ` ${other.fields.summary}`], `the link to ${other.key}`, () => remove(`/issueLink/${each.id}`));
  })));

const part = (title, action, add, rows) => h("div", {},
  h("div", { class: "heading" }, h("h2", {}, title, rows.length ? h("span", { class: "count" }, String(rows.length)) : ""),
    h("button", { type: "button", class: "quiet", onclick: add }, action)),
  rows.length ? h("ul", {}, rows) : "");

const row = (words, name, onremove) => h("li", {}, h("span", {}, words),
  h("button", { type: "button", class: "quiet", "aria-label": `Remove ${name}`, onclick: () => onremove().catch(complain) }, "×"));

const remove = (path) => rest(path, { method: "DELETE" });

function log(issue) {
  dialog(`Log work on ${issue.key}`, [
    field("Time spent, such as 1d 3h 20m", h("input", { name: "timeSpent", required: true, autocomplete: "off", autofocus: true })),
    field("What was done", h("textarea", { name: "comment", rows: 3 })),
  ], { action: "Log", save: (body) => rest(`/issue/${issue.id}/worklog`, { method: "POST", body }) });
}

function attach(issue) {
  dialog(`Attach a file to ${issue.key}`, field("File", h("input", { type: "file", name: "file", required: true })), {
    action: "Attach",
    save: async ({ file }) => {
      const form = new FormData();
      form.append("file", file);
      const answer = await fetch(`/rest/api/2/issue/${issue.id}/attachments`, { method: "POST", body: form, headers: { "X-Atlassian-Token": "no-check" } });
      if (!answer.ok) throw new Error((await answer.json()).errorMessages.join(" "));
    },
  });
}

async function link(issue) {
  const { issueLinkTypes } = await rest("/issueLinkType");
  dialog(`Link ${issue.key}`, [
    field(`${issue.key} …`, h("select", { name: "words" }, issueLinkTypes.map((each) => h("option", { value: each.name }, each.outward)))),
    field("Key of the other issue", h("input", { name: "key", required: true, autocomplete: "off", autofocus: true })),
  ], {
    action: "Link",
    save: ({ words, key }) => rest("/issueLink", { method: "POST", body: { type: { name: words }, inwardIssue: { key: issue.key }, outwardIssue: { key } } }),
  });
}
