// Where the focus goes when a part of a page is drawn anew: nobody who works with the keyboard has to begin at the top.
const CONTROLS = "a[href], button, input, select, textarea, summary";

const regionOf = (control) => control.closest("[aria-label]:not(a, button, input, select, textarea)")?.getAttribute("aria-label");
const nameOf = (control) => control.getAttribute("aria-label") || control.name || control.textContent;
const controlsOf = (region) => [...document.querySelectorAll(CONTROLS)].filter((control) => regionOf(control) === region);

/** How to bring the focus back to a control that may be drawn anew: to the one of its name in its region, else to that at its place. */
export function wayBackTo(control) {
  const [region, name] = [regionOf(control), nameOf(control)];
  const place = controlsOf(region).indexOf(control);
  return () => {
    const all = controlsOf(region);
    const again = control.isConnected ? control : all.find((each) => nameOf(each) === name) || all[Math.min(place, all.length - 1)];
    again?.focus();
  };
}

/** Gives a place other children; whatever had the focus in it has it again. */
export function redraw(place, ...children) {
  const focused = document.activeElement;
  const goBack = focused !== place && place.contains(focused) && wayBackTo(focused);
  place.replaceChildren(...children);
  if (goBack) goBack();
}
