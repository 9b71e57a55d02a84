/* The page's way to its own backend: a token from Jira with every call, since each is good for minutes only. */
"use strict";

const jira = (() => {
  /* The API lies beside the page, below the app's base URL; <base> leads to the site and does not count here. */
  const address = (path) => new URL(`../api/${path}`, window.location.href);

  /* Atlassian's bridge is there only when Jira shows the page. */
  const isThere = () => typeof AP !== "undefined" && Boolean(AP.context);

  /* A bridge that never answers must not leave the page waiting for ever. */
  const token = () =>
    new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error("Jira did not answer.")), 10000);
      AP.context.getToken(resolve);
    });

  /* The JSON at `path`; an Error with the backend's own words when there is none. */
  async function get(path) {
    const response = await fetch(address(path), { headers: { Authorization: `JWT ${await token()}` } });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    const error = new Error(answer.Message || `The app answered ${response.status}.`);
    error.status = response.status;
    throw error;
  }

  return { get, isThere };
})();
