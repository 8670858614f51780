/* The facilitator's console. Everything works without this; here are the keys, the running clock, and what is said to those
   who listen instead of looking.

   data-key="n"      a button that a key presses            data-timer data-now data-ends data-left   the clock of the server
   data-closes       a form in a dialog that closes with it   data-follows   bears the version of the fragment beside it */
(() => {
  "use strict";
  const heard = document.getElementById("c-heard");
  const region = () => document.getElementById("console");
  // Whether the line is live: live.js says it when that changes, and the fragment that comes knows nothing of it.
  const sign = (root) => root.querySelector("[data-live-state]");
  let line = "off";
  let acting = 0;
  let aheadBy = 0;
  let said = { step: null, count: null, news: null, minutes: null };

  // htmx goes by the button that was focused last; after a question in a dialog that is another one.
  document.addEventListener("htmx:configRequest", (event) => {
    const by = event.detail.triggeringEvent?.submitter;
    if (!by || !by.form || by.form !== event.detail.elt) return;
    event.detail.path = by.getAttribute("formaction") ?? by.form.getAttribute("action");
    if (by.name) event.detail.parameters[by.name] = by.value;
  });

  // While an act is under way its form stays where it is: the answer brings the whole room anyway.
  const ofAct = (event) => event.detail.requestConfig?.elt?.matches?.("#acts, [data-closes]");
  document.addEventListener("htmx:beforeSend", (event) => {
    if (ofAct(event)) acting += 1;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, target } = event.detail;
    if (target?.id === "console") line = sign(target)?.dataset.state ?? line;
    if (acting && target?.id === "console" && requestConfig?.triggeringEvent?.type === "live") event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!ofAct(event)) return;
    acting -= 1;
    if (!event.detail.xhr?.status) region()?.dispatchEvent(new CustomEvent("live"));
  });

  // The clock -----------------------------------------------------------------------------------------------------------
  function left(clock) {
    if (clock.dataset.ends) return Math.max(0, Math.ceil((Date.parse(clock.dataset.ends) - Date.now() - aheadBy) / 1000));
    return clock.dataset.left === "" ? null : Number(clock.dataset.left);
  }

  function tick() {
    const clock = document.querySelector("[data-timer]");
    if (!clock) return;
    const seconds = left(clock);
    if (seconds === null) return;
    const shown = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (clock.textContent !== shown) clock.textContent = shown;
    clock.toggleAttribute("data-out", seconds === 0);
    if (!clock.dataset.ends) return;
    milestone(seconds);
  }

  function milestone(seconds) {
    const words = heard.dataset;
    let at = null;
    if (seconds === 0) at = words.timeIsUp;
    else if (seconds <= 60 && seconds > 55) at = words.minuteLeft;
    else if (seconds % 300 <= 0 && seconds >= 300) at = words.minutesLeft.replace("#", String(seconds / 60));
    if (at && said.minutes !== at) {
      said.minutes = at;
      tell(at);
    }
  }

  function tell(sentence) {
    heard.textContent = sentence;
  }

  // After each swap -----------------------------------------------------------------------------------------------------
  function look() {
    const here = region();
    if (!here) return;
    const clock = here.querySelector("[data-timer]");
    if (clock) aheadBy = Date.parse(clock.dataset.now) - Date.now();
    const state = sign(here);
    if (state && state.dataset.state !== "live") state.dataset.state = line;
    for (const field of document.querySelectorAll("[data-follows]")) field.value = here.dataset.version;
    const { step, title, count, news = "" } = here.dataset;
    if (said.step !== null && said.step !== step) {
      said.minutes = null;
      tell(title);
      // What was said of the step before is over.
      for (const message of document.querySelectorAll(".messages")) message.remove();
      here.querySelector(".c-script")?.scrollTo(0, 0);
      document.querySelector(".c-steps [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
    } else if (news && said.news !== null && said.news !== news) tell(news);
    else if (said.count !== null && said.count !== count) tell(count);
    said = { ...said, step, count, news };
    tick();
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "console" || event.target?.id === "console") look();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.requestConfig?.elt;
    if (form?.matches?.("[data-closes]") && event.detail.successful) form.closest("dialog")?.close();
  });

  // Keys ----------------------------------------------------------------------------------------------------------------
  const ALIASES = { ArrowRight: "n", ArrowLeft: "b", "=": "+" };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    const at = event.target;
    // A dialog that has just been shut keeps the focus until the next picture: it is not asked for.
    if (at.closest?.("input, textarea, select, [contenteditable], .mirror-chart") || document.querySelector("dialog[open]")) return;
    const key = ALIASES[event.key] ?? event.key.toLowerCase();
    const button = document.querySelector(`#console [data-key="${CSS.escape(key)}"]`);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.click();
  });

  look();
  setInterval(tick, 250);
})();
