// The form of an ask: once the server keeps the draft, what this browser keeps goes by the draft's own name,
// so that the same words come back wherever the draft is opened again.
"use strict";

document.addEventListener("htmx:afterSwap", (event) => {
  const form = document.getElementById("asking");
  const draft = form?.elements.draft?.value;
  if (!draft || event.detail.requestConfig?.elt !== form) return;
  const name = `ask-${draft}`;
  if (form.dataset.keep === name) return;
  try {
    localStorage.removeItem(`keep:${form.dataset.keep}`);
  } catch {
    // A forbidden store: nothing was kept there either.
  }
  form.dataset.keep = name;
});
