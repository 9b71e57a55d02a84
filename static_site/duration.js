/* Spans of time in words: short ones for the eye, full ones for screen readers. */
"use strict";

const duration = (() => {
  const UNITS = [
    ["d", "day", 86400],
    ["h", "hour", 3600],
    ["min", "minute", 60],
    ["s", "second", 1],
  ];

  /* The two greatest units that are not zero, as [number, short name, long name]. */
  function parts(milliseconds) {
    let rest = Math.floor(milliseconds / 1000);
    const all = UNITS.map(([short, long, seconds]) => {
      const count = Math.floor(rest / seconds);
      rest -= count * seconds;
      return [count, short, long];
    });
    const first = all.findIndex(([count]) => count > 0);
    if (first < 0) return [[0, "s", "second"]];
    return all.slice(first, first + 2).filter(([count]) => count > 0);
  }

  return {
    /* Such as "2 d 3 h". */
    brief: (milliseconds) => parts(milliseconds).map(([count, short]) => `${count} ${short}`).join(" "),
    /* Such as "2 days 3 hours". */
    full: (milliseconds) =>
      parts(milliseconds).map(([count, , long]) => `${count} ${long}${count === 1 ? "" : "s"}`).join(" "),
  };
})();
