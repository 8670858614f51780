/* Small helps where promises are reported and judged; all of it works without.

   data-share="ge|le"   around the figures of a measured promise: says the share while one types, and whether it is on target
   data-copy="#field"   a button that copies a field; data-copied: what it says then
   data-select          a field that is read: pressing it selects all */
(() => {
  "use strict";

  // 95,5 and 95.5 are the same; what is not a figure says nothing.
  function figure(field) {
    const text = field?.value.replace(/[\s'’_%]/g, "") ?? "";
    if (!text) return null;
    const decimal = Math.max(text.lastIndexOf(","), text.lastIndexOf("."));
    const digits = decimal < 0 ? text : `${text.slice(0, decimal).replace(/[.,]/g, "")}.${text.slice(decimal + 1)}`;
    return /^[-−]?\d*\.?\d+$/.test(digits) ? Number(digits.replace("−", "-")) : null;
  }

  function share(box) {
    const said = box.querySelector(".measure-said");
    const part = figure(box.querySelector("[name=numerator]"));
    const whole = figure(box.querySelector("[name=denominator]"));
    const own = figure(box.querySelector("[name=value]"));
    const value = part !== null && whole > 0 ? (part * 100) / whole : own;
    said.className = "measure-said";
    said.textContent = "";
    if (value === null) return;
    const target = Number(box.dataset.target);
    const met = box.dataset.share === "le" ? value <= target : value >= target;
    const shown = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 }).format(value);
    said.classList.add("pill", met ? "kept" : "broken");
    said.textContent = `${shown} ${box.dataset.unit} · ${met ? box.dataset.on : box.dataset.off}`;
  }

  document.addEventListener("input", (event) => {
    const box = event.target.closest?.("[data-share]");
    if (box) share(box);
  });

  function look(root) {
    for (const box of root.querySelectorAll("[data-share]")) share(box);
    if (navigator.clipboard) for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  }

  document.addEventListener("click", async (event) => {
    const field = event.target.closest?.("[data-select]");
    if (field) field.select();
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const from = document.querySelector(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(from.value);
      button.textContent = button.dataset.copied;
    } catch {
      from.select();
    }
  });

  look(document);
  document.addEventListener("htmx:afterSettle", (event) => look(event.detail.elt ?? document));
})();
