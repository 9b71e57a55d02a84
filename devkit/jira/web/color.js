// Light or dark, before anything is drawn: as chosen here, else as the system says.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");

  function stored() {
    try {
      return localStorage.getItem("colors") || "auto";
    } catch {
      return "auto"; // storage is switched off
    }
  }

  function apply() {
    const chosen = stored();
    const mode = chosen === "auto" ? (system.matches ? "dark" : "light") : chosen;
    if (document.documentElement.dataset.colorMode !== mode) {
      document.documentElement.dataset.colorMode = mode;
      dispatchEvent(new CustomEvent("colors", { detail: mode }));
    }
  }

  function choose(value) {
    try {
      localStorage.setItem("colors", value);
    } catch {
      // it holds for this page then
    }
    apply();
  }

  system.addEventListener("change", apply);
  addEventListener("storage", apply);
  apply();
  window.colors = { stored, choose };
})();
