/** The script of the page: filters, folding and copying. The page is complete without it. */
export const script = `"use strict";
(() => {
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const rules = [...document.querySelectorAll("[data-rule]")];
  const causes = [...document.querySelectorAll("[data-cause]")];
  const folds = [...document.querySelectorAll(".finding > details")];
  const list = document.querySelector(".causes");
  const words = new Map(rules.map((rule) => [rule, (nameOf(rule) + " " + rule.textContent).toLowerCase()]));

  // A rule is found by the words of its cause, too.
  function nameOf(rule) {
    const cause = rule.closest("[data-cause]");
    if (cause === null) return "";
    return cause.querySelector("h3").textContent + " " + cause.querySelector(".cause-facts").textContent;
  }

  function apply() {
    const data = new FormData(form);
    const marks = data.getAll("mark");
    const column = data.get("column");
    const area = data.get("area");
    const text = data.get("text").trim().toLowerCase();
    let count = 0;
    for (const rule of rules) {
      const fits =
        (marks.length === 0 || marks.includes(rule.dataset[column])) &&
        (area === "" || rule.dataset.area === area) &&
        text.split(/\\s+/).every((word) => words.get(rule).includes(word));
      rule.hidden = !fits;
      if (fits) count++;
    }
    for (const cause of causes) {
      const own = rules.filter((rule) => cause.contains(rule));
      cause.hidden = own.every((rule) => rule.hidden);
      list.querySelector('[href="#' + cause.id + '"]').parentElement.hidden = cause.hidden;
    }
    for (const note of document.querySelectorAll(".nothing")) {
      const own = [...note.parentElement.querySelectorAll("[data-rule]")];
      note.hidden = own.length === 0 || own.some((rule) => !rule.hidden);
    }
    shown.textContent = count + " of " + rules.length + (rules.length === 1 ? " rule" : " rules");
  }

  function fold(open) {
    for (const details of folds) details.open = open;
  }

  // What a link leads to is unfolded.
  function reveal(hash) {
    const target = document.getElementById(hash.slice(1));
    const details = target && target.querySelector(":scope > details");
    if (details) details.open = true;
  }

  async function copy(button) {
    const code = button.closest(".command").querySelector("code");
    let done = false;
    try {
      await navigator.clipboard.writeText(code.textContent);
      done = true;
    } catch {
      getSelection().selectAllChildren(code);
      done = document.execCommand("copy");
    }
    const label = button.querySelector("span");
    const before = button.dataset.label || label.textContent;
    button.dataset.label = before;
    label.textContent = done ? "Copied" : "Selected";
    document.getElementById("copied").textContent = done ? "Copied to the clipboard." : "Selected: copy it with the keyboard.";
    setTimeout(() => { label.textContent = before; }, 2000);
  }

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  for (const button of document.querySelectorAll("[data-fold]")) {
    button.addEventListener("click", () => fold(button.dataset.fold === "open"));
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  addEventListener("beforeprint", () => fold(true));
  if (list) {
    list.addEventListener("click", ({ target }) => reveal(target.hash || ""));
    if (!matchMedia("(min-width: 64rem)").matches) list.open = false;
  }
  // Many findings start folded, so that all causes are seen at once.
  if (folds.length > 6) fold(false);
  reveal(location.hash);
  apply();
})();
`;
