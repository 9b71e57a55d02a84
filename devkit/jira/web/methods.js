// The methods of the bridge that an app can call. `args` are what the app gave; a promise method answers an error or
// a result, the others a result alone.
// Source: https://developer.atlassian.com/cloud/jira/platform/about-the-javascript-api/
import { api, flag, rest } from "/web/dom.js";
import { addButton, buttonOf, closeDialog, dialogOf, openDialog } from "/web/app-dialogs.js";
import { createIssue, showIssue } from "/web/issue-dialogs.js";
import { request } from "/web/request.js";
import { cookies, history } from "/web/storage.js";

export const plain = (args, run) => ({ args, run });
export const promised = (args, run) => ({ args, run, promise: true });

/** All methods by module; a class is a member that has a `constructor` of its own. */
export function methods(bridge) {
  const { session } = bridge;
  const env = environment(bridge);
  return {
    // Atlassian documents these three without their module: https://developer.atlassian.com/cloud/jira/platform/jsapi/iframe/
    _globals: { request: promised(["url", "options"], (frame, args) => request(frame, args)), sizeToParent: env.sizeToParent, hideFooter: env.hideFooter, getLocation: env.getLocation },
    env,
    context: {
      getToken: promised([], token),
      getContext: promised([], (frame) => frame.options.structuredContext),
    },
    events: {
      emit: plain(["name"], (frame, [name, ...args]) => bridge.emit(frame, name, args)),
      emitPublic: plain(["name"], (frame, [name, ...args]) => bridge.emitPublic(frame, name, args)),
    },
    flag: {
      create: {
        constructor: plain(["options"], (frame, [options], id) => openFlag(bridge, frame, options || {}, id)),
        close: plain([], (frame, args, id) => frame.flags.get(id)?.()),
      },
    },
    dialog: dialogs(bridge),
    navigator: {
      go: plain(["target", "context"], (frame, [target, context]) => go(bridge, frame, target, context || {})),
      getLocation: promised([], (frame) => ({ target: frame.kind, context: frame.place })),
      reload: plain([], () => location.reload()),
    },
    history: history(),
    cookie: cookies(),
    jira: jira(bridge),
    page: { setTitle: plain(["title"], (frame, [title]) => fullPage(bridge, frame, "page.setTitle") && void (document.title = `${title} · Stand-in for Jira`)) },
    host: {
      focus: plain([], () => document.getElementById("main").focus()),
      getSelectedText: plain([], () => String(getSelection())),
    },
    scrollPosition: {
      getPosition: plain([], (frame) => fullPage(bridge, frame, "scrollPosition.getPosition") && ({ scrollX: scrollX, scrollY: scrollY, width: innerWidth, height: innerHeight })),
      setVerticalPosition: plain(["y"], (frame, [y]) => fullPage(bridge, frame, "scrollPosition.setVerticalPosition") && scrollTo({ top: Number(y) })),
    },
    inlineDialog: { hide: plain([], (frame) => closeDialog(bridge, bridge.dialogs.find((dialog) => dialog.frame.id === frame.id))) },
    messages: messages(),
    theming: {
      initializeTheming: plain(["forceNoCleanup"], (frame, [forceNoCleanup = false]) => {
        frame.themed = true;
        bridge.send(frame, { type: "evt", etyp: "theme_initialized", evnt: { initialTheme: bridge.theme(), forceNoCleanup, ...(frame.options.isDialog && { surface: "overlay" }) } });
      }),
      _finishedInitTheming: plain([], () => undefined),
    },
    user: {
      getCurrentUser: promised([], () => ({ atlassianAccountId: session.user.accountId || null })),
      getLocale: promised([], () => session.user.locale),
      getTimeZone: promised([], () => session.user.timeZone),
    },
  };
}

/** The same methods as the frame is told of them, in its name. */
export function apiOf(all) {
  const spec = (member) => ({ args: member.args, ...(member.promise && { returnsPromise: true }) });
  const inner = (members) =>
    Object.fromEntries(Object.entries(members).map(([name, member]) => [name, typeof member.run === "function" ? spec(member) : inner(member)]));
  return inner(all);
}

function dialogs(bridge) {
  const button = (args, run) => plain(args, (frame, given, id) => {
    const found = buttonOf(bridge, frame, frame.buttons.get(id));
    return found ? run(found.element, given) : undefined;
  });
  return {
    create: { constructor: plain(["options"], (frame, [options]) => openDialog(bridge, frame, options || {}).catch((fault) => bridge.warn(frame, fault.message))) },
    close: plain(["data"], (frame, [data]) => closeDialog(bridge, dialogOf(bridge, frame), data)),
    getCustomData: promised([], (frame) => frame.options.customData ?? null),
    createButton: { constructor: plain(["options"], (frame, [options]) => addButton(bridge, frame, options || {})) },
    getButton: {
      constructor: plain(["name"], (frame, [name], id) => void frame.buttons.set(id, name)),
      enable: button([], (element) => void (element.disabled = false)),
      disable: button([], (element) => void (element.disabled = true)),
      toggle: button([], (element) => void (element.disabled = !element.disabled)),
      isEnabled: button([], (element) => !element.disabled),
      hide: button([], (element) => void (element.hidden = true)),
      show: button([], (element) => void (element.hidden = false)),
      isHidden: button([], (element) => element.hidden),
      trigger: button([], (element) => element.click()),
    },
  };
}

function jira(bridge) {
  return {
    refreshIssuePage: plain([], () => dispatchEvent(new CustomEvent("live-again"))),
    openIssueDialog: plain(["issueKey"], (frame, [key]) => showIssue(String(key)).catch((fault) => bridge.warn(frame, fault.message))),
    openCreateIssueDialog: promised(["options"], (frame, [options]) => createIssue(bridge.session, options || {})),
    setDashboardItemTitle: plain(["title"], (frame, [title]) => frame.retitle?.(String(title))),
    isDashboardItemEditable: promised([], () => bridge.session.user.isAdmin),
  };
}

/** The old messages, shown as flags. */
function messages() {
  const open = new Map();
  const show = (type) => plain(["title", "body"], (frame, [title, body]) => {
    const id = `ap-message-${open.size + 1}`;
    open.set(id, flag({ title: String(title ?? ""), body: String(body ?? ""), type, close: "manual" }));
    return id;
  });
  return { generic: show("info"), info: show("info"), hint: show("info"), success: show("success"), warning: show("warning"), error: show("error"), clear: plain(["id"], (frame, [id]) => open.get(id?._id || id)?.()) };
}

/** The frame's size. Source: the open package atlassian-connect-js. */
function environment(bridge) {
  return {
    resize: plain(["width", "height"], (frame, [width, height]) => resize(frame, width, height)),
    sizeToParent: plain(["hideFooter"], (frame, [hideFooter]) => fullPage(bridge, frame, "sizeToParent") && sizeToParent(frame, hideFooter)),
    hideFooter: plain(["hideFooter"], (frame, [hideFooter]) => hideFooter && hide(true)),
    getLocation: plain([], () => location.href),
  };
}

/** Whether a frame has the window to itself; where it has not, Jira does not do what was asked, and is silent. */
function fullPage(bridge, frame, method) {
  if (!frame.options.isFullPage) bridge.warn(frame, `AP.${method} works on pages that have the window to themselves; in Jira nothing happens here.`);
  return frame.options.isFullPage;
}

function resize(frame, width, height) {
  const size = (value) => (typeof value === "number" || /^\d+$/.test(value) ? `${value}px` : String(value));
  // A panel is as wide as its column, a dialog as high as it was opened, and a page that fills the window stays so.
  if (frame.options.isDialog || frame.element.classList.contains("tall")) return false;
  if (height !== undefined && height !== null) frame.element.style.height = size(height);
  return true;
}

function sizeToParent(frame, hideFooter) {
  frame.element.classList.add("tall");
  frame.element.style.height = "";
  if (hideFooter === true || hideFooter?.hideFooter) hide(true);
}

const hide = (hidden) => void (document.querySelector("body > footer").hidden = hidden);

/** Leads the whole page elsewhere on this site. Source: https://developer.atlassian.com/cloud/jira/platform/jsapi/navigator/ */
function go(bridge, frame, target, { issueKey, projectKey, relativeUrl, absoluteUrl, addonKey, moduleKey, adminPageKey, customData }) {
  const more = Object.entries(customData || {}).map(([name, value]) => `ac.${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
  const pageOf = (key) => key && `/plugins/servlet/ac/${encodeURIComponent(addonKey || frame.appKey)}/${encodeURIComponent(key)}`;
  const module = pageOf(moduleKey);
  const project = projectKey && `?project=${encodeURIComponent(projectKey)}`;
  const places = {
    issue: issueKey && `/browse/${encodeURIComponent(issueKey)}`,
    dashboard: "/dashboard",
    site: relativeUrl || absoluteUrl,
    addonModule: module && `${module}?${more}`,
    addonmodule: module && `${module}?${more}`,
    projectSummary: project && `/${project}`,
    projectAdminSummary: project && `/${project}`,
    projectAdminTabPanel: project && adminPageKey && `${pageOf(adminPageKey)}${project}`,
  };
  const place = Object.hasOwn(places, target) && places[target] ? new URL(places[target], location.origin) : undefined;
  if (place?.origin === location.origin) location.assign(place);
  else bridge.warn(frame, `AP.navigator.go(${JSON.stringify(target)}) leads nowhere in this stand-in.`);
}

async function token(frame) {
  const answer = await api("/stand-in/token", { method: "POST", body: { appKey: frame.appKey, place: frame.place } });
  if (!answer.token) throw new Error("The app gets no tokens: its authentication is none, or it is switched off.");
  return answer.token;
}

function openFlag(bridge, frame, options, id) {
  const tell = (name, data) => bridge.send(frame, { type: "evt", etyp: name, evnt: { ...data, flagIdentifier: id } });
  const end = flag({
    title: String(options.title ?? ""),
    body: String(options.body ?? ""),
    type: String(options.type || "info").toLowerCase(),
    close: options.close === "auto" ? "auto" : options.close === "never" ? "never" : "manual",
    actions: options.actions || {},
    onclose: () => tell("flag.close", {}),
    onaction: (actionIdentifier) => tell("flag.action", { actionIdentifier }),
  });
  frame.flags.set(id, end);
  return id;
}
