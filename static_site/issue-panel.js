/* The issue panel: what the webhooks brought about this issue, kept current while somebody looks. */
"use strict";

(() => {
  /* Nothing new makes it ask less often, so that the app can sleep while a tab stays open; a pointer wakes it. */
  const SECONDS_BETWEEN = [2, 3, 5, 8, 15, 30, 60];
  const COLOURS = 8;
  const byId = (id) => document.getElementById(id);
  let report = null;
  let receivedAt = 0;
  let shown = "";
  let quietCalls = 0;
  let timer = 0;

  function say(text, canRetry) {
    byId("message").textContent = text;
    byId("message").hidden = !text;
    byId("retry").hidden = !canRetry;
  }

  /* The status the issue is in goes on counting without asking the backend. */
  function milliseconds(status) {
    return status.milliseconds + (status.current ? Date.now() - receivedAt : 0);
  }

  function row(status, index) {
    const line = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    const swatch = document.createElement("span");
    swatch.className = `swatch colour-${index % COLOURS}`;
    swatch.setAttribute("aria-hidden", "true");
    name.append(swatch, status.name || `Status ${status.id}`);
    if (status.current) {
      const now = document.createElement("span");
      now.className = "now";
      now.textContent = "now";
      name.append(" ", now);
    }
    const time = document.createElement("td");
    time.className = "number";
    const visits = document.createElement("td");
    visits.className = "number";
    visits.textContent = status.visits;
    line.append(name, time, visits);
    return line;
  }

  function draw() {
    byId("rows").replaceChildren(...report.statuses.map(row));
    const segments = report.statuses.map((status, index) => {
      const segment = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      segment.setAttribute("height", "12");
      segment.setAttribute("class", `colour-${index % COLOURS}`);
      return segment;
    });
    byId("bar").replaceChildren(byId("bar-title"), ...segments);
    byId("gap-list").replaceChildren(
      ...report.gaps.map((gap) => {
        const item = document.createElement("li");
        item.textContent = gap;
        return item;
      }),
    );
    byId("gaps").hidden = report.gaps.length === 0;
    byId("report").hidden = false;
    tick();
  }

  function tick() {
    if (!report) return;
    const total = report.statuses.reduce((sum, status) => sum + milliseconds(status), 0) || 1;
    const cells = byId("rows").querySelectorAll("td:first-of-type");
    const segments = byId("bar").querySelectorAll("rect");
    let left = 0;
    report.statuses.forEach((status, index) => {
      const spent = milliseconds(status);
      const width = (spent / total) * 1000;
      segments[index].setAttribute("x", left.toFixed(2));
      segments[index].setAttribute("width", Math.max(width - 2, 1).toFixed(2));
      left += width;
      const text = duration.brief(spent);
      if (cells[index].textContent !== text) {
        cells[index].textContent = text;
        cells[index].title = duration.full(spent);
      }
    });
    byId("bar-title").textContent = report.statuses
      .map((status) => `${status.name}: ${duration.full(milliseconds(status))}`)
      .join("; ");
  }

  /* What makes two reports differ to somebody who looks: all but the running time. */
  function essence(answer) {
    return JSON.stringify([answer.statuses.map(({ id, name, visits, current }) => [id, name, visits, current]), answer.gaps]);
  }

  /* Until the history of the site is read, what was before the first webhook may be missing. */
  function reading(answer) {
    if (answer.reading === null) return "";
    return `Earlier moves may be missing: the history of this site is being read, ${answer.reading.toLocaleString()} issues so far.`;
  }

  async function refresh() {
    clearTimeout(timer);
    try {
      const answer = await jira.get("time-in-status");
      report = answer;
      receivedAt = Date.now();
      say(reading(answer), false);
      quietCalls = essence(answer) === shown ? quietCalls + 1 : 0;
      if (quietCalls === 0) {
        shown = essence(answer);
        draw();
      }
    } catch (error) {
      quietCalls += 1;
      if (error.status === 404) {
        say(error.message, false);
      } else if (!report) {
        say(`The times could not be loaded. ${error.message}`, true);
      }
    }
    schedule();
  }

  function schedule() {
    clearTimeout(timer);
    if (document.hidden) return;
    timer = setTimeout(refresh, SECONDS_BETWEEN[Math.min(quietCalls >> 2, SECONDS_BETWEEN.length - 1)] * 1000);
  }

  function start() {
    if (!jira.isThere()) {
      say("This page shows its content inside Jira.", false);
      return;
    }
    AP.theming?.initializeTheming();
    byId("retry").addEventListener("click", () => {
      say("Loading…", false);
      refresh();
    });
    const wake = () => {
      if (!document.hidden) {
        quietCalls = 0;
        refresh();
      }
    };
    document.addEventListener("visibilitychange", wake);
    document.documentElement.addEventListener("pointerenter", wake);
    setInterval(tick, 1000);
    refresh();
  }

  start();
})();
