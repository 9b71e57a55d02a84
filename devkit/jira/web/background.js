// Pages of apps that run unseen beside an issue or on the dashboard.
// Source: https://developer.atlassian.com/cloud/jira/platform/modules/background-script
import { api, h } from "/web/dom.js";

/**
 * The scripts of a `menu` for one kind of page, `issue_view` or `dashboard`: how to load them, and how to load those anew
 * that want it when the page is read anew. What is complained about them is seen where the `element` is put.
 */
export function background(bridge, menu, where) {
  const scripts = menu.filter(({ kind, location }) => kind === "jiraBackgroundScripts" && String(location?.type).toLowerCase() === where)
    .map((script) => ({ ...script, holder: h("section", { class: "panel", "aria-label": script.name }) }));

  async function load({ appKey, moduleKey, holder, frame }) {
    const given = await api(`/stand-in/frame?${new URLSearchParams({ ...bridge.place, app: appKey, module: moduleKey })}`);
    bridge.frames.delete(frame);
    holder.replaceChildren(h("h2", {}, given.title, h("span", { class: "by" }, given.appName)), bridge.mount(given));
    return given.id;
  }
  const loadAll = async (wanted) => {
    for (const script of wanted) script.frame = await load(script);
  };
  return {
    element: h("div", { class: "background" }, scripts.map(({ holder }) => holder)),
    load: () => loadAll(scripts),
    reload: () => loadAll(scripts.filter(({ location }) => location.shouldReloadOnRefresh)),
  };
}
