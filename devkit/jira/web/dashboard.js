// The dashboard: one gadget for each dashboard item that apps have.
import { api, h } from "/web/dom.js";
import { Bridge, logBox } from "/web/bridge.js";

export async function show(main, session) {
  const items = (await api("/stand-in/menu")).filter(({ kind }) => kind === "jiraDashboardItems");
  const log = logBox();
  const gadgets = h("div", { class: "gadgets" });
  main.replaceChildren(h("div", { class: "heading" }, h("h1", {}, "Dashboard")), gadgets, log);
  if (!items.length) gadgets.append(h("p", { class: "empty small" }, "No app has a gadget here. An app adds one with a module of the kind jiraDashboardItems."));
  for (const [index, item] of items.entries()) await mount(gadgets, session, log, item, String(10000 + index));
}

async function mount(gadgets, session, log, { appKey, moduleKey }, id) {
  const place = { "dashboard.id": "10000", "dashboardItem.id": id, "dashboardItem.key": moduleKey, "dashboardItem.viewType": "default" };
  const given = await api(`/stand-in/frame?${new URLSearchParams({ ...place, app: appKey, module: moduleKey })}`);
  const title = h("h2", {}, given.title, h("span", { class: "by" }, given.appName));
  const bridge = new Bridge(session, place, log);
  gadgets.append(h("section", { class: "panel gadget", "aria-label": given.title }, title, bridge.mount(given)));
  bridge.frames.get(given.id).retitle = (text) => title.firstChild.replaceWith(text);
}
