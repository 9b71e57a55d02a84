// AP.request: a call to REST as the user, within the scopes of the app.
// Source: https://developer.atlassian.com/cloud/jira/platform/jsapi/request/
const ALLOWED = ["accept", "if-match", "if-none-match"];

/** Only what is below /rest/ can be asked for; anything else on this site is no business of an app. */
export async function request(frame, [first, second]) {
  const options = (typeof first === "string" ? second : first) || {};
  const target = new URL(String(typeof first === "string" ? first : options.url).replaceAll("/../", "/"), location.origin);
  if (target.origin !== location.origin || !target.pathname.startsWith("/rest/")) throw failure(403, "Forbidden", "Only paths below /rest/ can be asked for.");
  const method = String(options.type || "GET").toUpperCase();
  const reads = method === "GET" || method === "HEAD";
  if (reads && options.data && typeof options.data === "object") for (const [name, value] of Object.entries(options.data)) target.searchParams.append(name, value);
  const given = Object.entries(options.headers || {}).filter(([name]) => ALLOWED.includes(name.toLowerCase()));
  const headers = new Headers({ "AP-Client-Key": frame.appKey, ...Object.fromEntries(given) });
  if (options.experimental) headers.set("X-ExperimentalApi", "opt-in");
  const answer = await fetch(target, { method, headers, cache: options.cache === false ? "no-store" : "default", body: body(options, reads, headers) });
  if (options.binaryAttachment && answer.ok) return { body: await answer.arrayBuffer(), xhr: xhr(answer.status, answer.statusText, "") };
  const text = await answer.text();
  if (!answer.ok) throw failure(answer.status, answer.statusText, text);
  return { body: text, xhr: xhr(answer.status, answer.statusText, text) };
}

function body({ data, contentType }, reads, headers) {
  if (reads || data === undefined) return undefined;
  if (contentType === "multipart/form-data") {
    headers.set("X-Atlassian-Token", "no-check");
    const form = new FormData();
    for (const [name, value] of Object.entries(data)) for (const each of [value].flat()) form.append(name, each);
    return form;
  }
  if (contentType) headers.set("Content-Type", contentType);
  return typeof data === "object" ? JSON.stringify(data) : data;
}

const xhr = (status, statusText, responseText) => ({ status, statusText, responseText });
const failure = (status, statusText, text) => ({ xhr: xhr(status, statusText, text), err: text });
