// One page of an app, with the whole window to itself: general, project, administration and configuration pages.
import { api, h } from "/web/dom.js";
import { bridgeOf, logBox } from "/web/bridge.js";

export async function show(main, session) {
  const [app, module] = location.pathname.split("/").slice(-2).map(decodeURIComponent);
  const place = Object.fromEntries(new URLSearchParams(location.search));
  const given = await api(`/stand-in/frame?${new URLSearchParams({ ...place, app, module })}`);
  const log = logBox();
  document.title = `${given.title} · Stand-in for Jira`;
  const project = session.projects.find(({ key }) => key === place.project);
  const bridge = bridgeOf(session, place, log);
  main.replaceChildren(
    h("div", { class: "heading" }, h("div", {}, h("p", { class: "crumbs" }, project && [h("a", { href: `/?project=${project.key}` }, project.name), " / "], given.appName), h("h1", {}, given.title))),
    h("div", { class: "app-page" }), log);
  main.querySelector(".app-page").append(bridge.mount(given));
}
