/* The contract sheet: a conversation opens over it, and the focus comes back to the line from which it was opened, also
   when that line has fetched itself again meanwhile. */
(() => {
  "use strict";
  const dialog = document.getElementById("act-dialog");
  let line = "";

  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.('[data-open="act-dialog"]');
    if (opener) line = opener.closest(".amendment, .clause, .told")?.id ?? opener.closest("[data-live]")?.querySelector("[data-focus]")?.id ?? "";
  });

  dialog?.addEventListener("close", () => {
    // The browser moves the focus only after this event.
    setTimeout(() => {
      if (document.activeElement === document.body) document.getElementById(line)?.focus();
    });
  });
})();
