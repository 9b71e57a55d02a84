// What an issue holds beside its texts: files, links to other issues, work that was logged. Every deed is a webhook.
import { dialog, field, h, rest, time } from "/web/dom.js";
import { list, row } from "/web/lists.js";

/** The lists of an issue's files, links and work, each with the way to one more. */
export function things({ id, key, fields }) {
  return [
    list("Files", "Attach a file", () => attach(id), fields.attachment.map((each) => row(each.filename, without(`/attachment/${each.id}`),
      h("a", { href: each.content, download: each.filename }, each.filename), h("span", { class: "muted" }, `${each.size.toLocaleString("en")} bytes`)))),
    list("Links", "Link an issue", () => link(key), fields.issuelinks.map((each) => {
      const other = each.outwardIssue || each.inwardIssue;
      const words = each.outwardIssue ? each.type.outward : each.type.inward;
      return row(`${words} ${other.key}`, without(`/issueLink/${each.id}`), words, h("a", { href: `/browse/${other.key}` }, other.key));
    })),
    list("Work", "Log work", () => log(id), fields.worklog.worklogs.map((each) => row(`${each.timeSpent} of work`, without(`/issue/${id}/worklog/${each.id}`),
      `${each.timeSpent} by ${each.author?.displayName || "somebody"}`, time(each.started)))),
  ];
}

const without = (path) => () => rest(path, { method: "DELETE" });

function attach(id) {
  const file = h("input", { type: "file", name: "file", required: true });
  dialog("Attach a file", field("File", file), { action: "Attach", save: () => {
    const form = new FormData();
    form.append("file", file.files[0]);
    return rest(`/issue/${id}/attachments`, { method: "POST", headers: { "X-Atlassian-Token": "no-check" }, body: form });
  } });
}

async function link(key) {
  const { issueLinkTypes } = await rest("/issueLinkType");
  dialog(`Link ${key}`, [
    field("It", h("select", { name: "type" }, issueLinkTypes.map((type) => h("option", { value: type.name }, type.outward)))),
    field("Issue", h("input", { name: "other", required: true, placeholder: "BUR-1", autocomplete: "off" })),
  ], { action: "Link", save: ({ type, other }) =>
    rest("/issueLink", { method: "POST", body: { type: { name: type }, inwardIssue: { key }, outwardIssue: { key: other.trim() } } }) });
}

function log(id) {
  dialog("Log work", [
    field("Time spent", h("input", { name: "timeSpent", required: true, placeholder: "1w 2d 3h 4m", autocomplete: "off" })),
    field("What was done", h("input", { name: "comment", autocomplete: "off" })),
  ], { action: "Log", save: (given) => rest(`/issue/${id}/worklog`, { method: "POST", body: given }) });
}
