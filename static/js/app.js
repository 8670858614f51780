// Small helps for pages that work without them.
"use strict";

(() => {
  const words = document.getElementById("words")?.dataset ?? {};
  const toasts = document.getElementById("toasts");

  // What the page says by itself ------------------------------------------------------------------------------------
  function say(sentence, kind = "info", more = []) {
    if (!toasts || !sentence) return;
    for (const old of toasts.children) if (old.dataset.sentence === sentence) old.remove();
    const toast = document.createElement("div");
    toast.className = `message ${kind}`;
    toast.dataset.sentence = sentence;
    const text = document.createElement("span");
    text.textContent = sentence;
    const close = button(words.close, "btn quiet small");
    close.addEventListener("click", () => toast.remove());
    toast.append(text, ...more, close);
    toasts.append(toast);
    if (kind !== "error") setTimeout(() => toast.remove(), 9000);
    return toast;
  }

  function button(word, kind) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = kind;
    made.textContent = word;
    return made;
  }

  // Menus: Esc and a click elsewhere close them -----------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // A move that opens asks for its first words -------------------------------------------------------------------------
  document.addEventListener(
    "toggle",
    (event) => {
      const move = event.target;
      if (!move.matches?.("details.move") || !move.open || move.querySelector(".errorlist")) return;
      move.querySelector("textarea, input:not([type=hidden]), select")?.focus({ preventScroll: true });
      move.scrollIntoView({ block: "nearest" });
    },
    true,
  );

  // Dialogs -----------------------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.open);
      if (dialog?.showModal) {
        event.preventDefault();
        dialog.showModal();
      }
      return;
    }
    const closer = event.target.closest?.("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    if (event.target.matches?.("dialog.dialog")) event.target.close();
  });

  // A deed done in a dialog: it closes, the page says so, and what shows it looks again.
  document.addEventListener("done", (event) => {
    document.querySelector("dialog.dialog[open]")?.close();
    say(event.detail?.sentence, "success");
    setTimeout(() => {
      for (const region of document.querySelectorAll("[data-live]")) region.dispatchEvent(new CustomEvent("live"));
    });
  });

  // Are you sure? --------------------------------------------------------------------------------------------------------
  // The dialog stands inside the form, so that a page which refreshes itself waits until it is answered.
  function ask(form, sentence, yes) {
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    const title = document.createElement("h2");
    title.id = "sure";
    title.textContent = sentence || words.sure;
    dialog.setAttribute("aria-labelledby", "sure");
    const row = document.createElement("div");
    row.className = "buttons";
    const no = button(words.no, "btn");
    const go = button(yes || words.yes, "btn primary");
    row.append(no, go);
    dialog.append(title, row);
    form.append(dialog);
    return new Promise((answer) => {
      no.addEventListener("click", () => dialog.close());
      go.addEventListener("click", () => dialog.close("yes"));
      dialog.addEventListener("close", () => {
        dialog.remove();
        answer(dialog.returnValue === "yes");
      });
      dialog.showModal();
      no.focus();
    });
  }

  document.addEventListener(
    "submit",
    async (event) => {
      const form = event.target;
      const by = event.submitter;
      const from = by?.dataset.confirm ? by : form;
      if (!from.dataset.confirm || form.dataset.sure) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!(await ask(form, from.dataset.confirm, from.dataset.confirmYes))) {
        by?.focus();
        return;
      }
      form.dataset.sure = "yes";
      form.requestSubmit(by);
      delete form.dataset.sure;
    },
    true,
  );

  // Examples one can press ------------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const example = event.target.closest?.("[data-fill]");
    if (!example) return;
    const field = document.querySelector(example.dataset.fill);
    if (!field) return;
    field.value = example.dataset.value ?? example.textContent.trim();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  // How much fits -----------------------------------------------------------------------------------------------------------
  function count(area) {
    let counter = area.nextElementSibling;
    if (!counter?.matches(".counter")) {
      counter = document.createElement("span");
      counter.className = "counter";
      counter.setAttribute("aria-hidden", "true");
      area.after(counter);
    }
    const most = area.maxLength;
    counter.hidden = area.value.length < most * 0.6;
    counter.classList.toggle("near", area.value.length > most * 0.9);
    counter.textContent = `${area.value.length} / ${most}`;
  }

  // Words that survive a lost line ---------------------------------------------------------------------------------------------
  // <form data-keep="a name of its own"> remembers what was typed until the form has been sent and answered without errors.
  const store = {
    get(key) {
      try {
        return JSON.parse(localStorage.getItem(key));
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        localStorage.setItem(key, JSON.stringify(value));
      } catch {
        // A full or forbidden store: the page goes on without it.
      }
    },
    drop(key) {
      try {
        localStorage.removeItem(key);
      } catch {
        // As above.
      }
    },
  };
  const WEEK = 7 * 24 * 3600 * 1000;
  const keyOf = (form) => `keep:${form.dataset.keep || location.pathname + (form.getAttribute("action") ?? "")}`;
  const wordsOf = (form) =>
    [...form.elements].filter(
      (field) =>
        field.name && !["hidden", "password", "file", "submit", "button", "checkbox", "radio"].includes(field.type) && field.name !== "csrfmiddlewaretoken",
    );

  function keep(form) {
    const typed = {};
    for (const field of wordsOf(form)) if (field.value !== field.defaultValue || field.matches("select")) typed[field.name] = field.value;
    if (wordsOf(form).some((field) => !field.matches("select") && field.name in typed)) store.set(keyOf(form), { at: Date.now(), typed });
    else store.drop(keyOf(form));
  }

  function restore(form) {
    if (form.dataset.restored) return;
    form.dataset.restored = "yes";
    const key = keyOf(form);
    const kept = store.get(key);
    if (!kept) return;
    if (Date.now() - kept.at > WEEK || form.querySelector("[aria-invalid=true], .conflict")) return;
    const before = {};
    let changed = false;
    for (const field of wordsOf(form)) {
      if (!(field.name in kept.typed) || field.value === kept.typed[field.name]) continue;
      before[field.name] = field.value;
      field.value = kept.typed[field.name];
      field.dispatchEvent(new Event("change", { bubbles: true }));
      changed = true;
    }
    if (!changed) return;
    const note = document.createElement("p");
    note.className = "kept-note";
    const forget = button(words.forget, "link-btn");
    forget.addEventListener("click", () => {
      for (const field of wordsOf(form)) if (field.name in before) field.value = before[field.name];
      store.drop(key);
      note.remove();
    });
    note.append(`${words.kept} `, forget);
    form.prepend(note);
  }

  // Which form was sent last from this tab. Only a redirect proves that the server took it: after a lost line the next page
  // comes by a link or by going back, and the words stay.
  function sent() {
    try {
      return sessionStorage.getItem("sent");
    } catch {
      return null;
    }
  }
  function send(key) {
    try {
      if (key) sessionStorage.setItem("sent", key);
      else sessionStorage.removeItem("sent");
    } catch {
      // As above.
    }
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches?.("textarea[maxlength]")) count(field);
    const form = field.form;
    if (form?.matches("[data-keep]")) keep(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-keep]") || event.defaultPrevented) return;
    keep(form);
    send(keyOf(form));
  });

  function settleSent() {
    const key = sent();
    if (!key) return;
    if (performance.getEntriesByType("navigation")[0]?.redirectCount > 0) store.drop(key);
    send(null);
  }

  // After the page, and after each swap ---------------------------------------------------------------------------------------
  function look(root) {
    for (const area of root.querySelectorAll("textarea[maxlength]")) count(area);
    for (const form of root.querySelectorAll("form[data-keep]")) restore(form);
    const summary = root.querySelector("[data-errors]");
    const wrong = root.querySelector("[aria-invalid=true]");
    if (summary && summary.querySelectorAll("li a").length > 1) summary.focus();
    else if (wrong) wrong.focus();
    else if (summary) summary.focus();
  }

  settleSent();
  look(document);
  const current = document.querySelector(".tabs [aria-current]");
  if (current) current.scrollIntoView({ block: "nearest", inline: "center" });

  // htmx: the focus stays where it was, a lost line says so ----------------------------------------------------------------------
  const PRESSED = "a, button, input, select, textarea, summary, [tabindex]";
  // By request: regions that look again at the same moment swap between each other's swap and settling.
  const focusedBy = new WeakMap();

  // What has neither id nor name is known by its words, best at the same place.
  function samePlace(root, was) {
    const all = [...(root.querySelectorAll?.(PRESSED) ?? [])];
    if (all[was.place]?.textContent === was.words) return all[was.place];
    return all.find((one) => was.words.trim() && one.textContent === was.words);
  }

  function sameName(root, was) {
    const all = [...(root.querySelectorAll?.(`[name="${CSS.escape(was.name)}"]`) ?? [])];
    if (!was.sends) return all[0];
    return all.find((one) => one.value === was.sends[0] && one.getAttribute("formaction") === was.sends[1]);
  }

  // The menus and boxes in which something stands, the nearest first.
  function around(element) {
    const ids = [];
    for (let box = element.parentElement?.closest("details[id]"); box; box = box.parentElement?.closest("details[id]")) ids.push(box.id);
    return ids;
  }

  // A button that is switched off while its request is under way loses the focus: it is remembered from before.
  const pressed = new WeakMap();
  document.addEventListener("htmx:beforeRequest", (event) => {
    const active = document.activeElement;
    if (event.detail.elt?.contains(active)) pressed.set(event.detail.xhr, active);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (new URL(xhr.responseURL || location.href).pathname.startsWith("/accounts/") && requestConfig?.triggeringEvent?.type !== "live") {
      // The session has ended: the sign-in page does not belong into this fragment.
      event.detail.shouldSwap = false;
      const again = document.createElement("a");
      again.href = `/accounts/login/?next=${encodeURIComponent(location.pathname)}`;
      again.textContent = words.again;
      say(words.out, "error", [again]);
      return;
    }
    // The new fragment stands beside the old one for a moment; of two open <details> of one name the browser closes the newer.
    for (const old of event.detail.target?.querySelectorAll?.("details[name][open]") ?? []) old.removeAttribute("name");
    const now = document.activeElement;
    const active = now && now !== document.body ? now : pressed.get(event.detail.xhr);
    if (!active || active === document.body || !event.detail.target?.contains(active)) return;
    focusedBy.set(event.detail.xhr, {
      id: active.id,
      key: active.dataset?.key,
      name: active.name,
      // Buttons of one name differ in what they send, and where.
      sends: active.localName === "button" ? [active.value, active.getAttribute("formaction")] : null,
      around: around(active),
      href: active.getAttribute?.("href"),
      words: active.textContent,
      place: [...event.detail.target.querySelectorAll(PRESSED)].indexOf(active),
      start: active.selectionStart,
      end: active.selectionEnd,
    });
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const root = event.detail.elt ?? document;
    look(root);
    const focused = focusedBy.get(event.detail.xhr);
    if (focused && (document.activeElement === document.body || !document.activeElement)) {
      let again = null;
      for (const find of [
        () => focused.id && document.getElementById(focused.id),
        () => focused.key && root.querySelector?.(`[data-key="${CSS.escape(focused.key)}"]`),
        () => focused.name && sameName(root, focused),
        () => focused.href && root.querySelector?.(`a[href="${CSS.escape(focused.href)}"]`),
        () => samePlace(root, focused),
        () => focused.around.map((id) => document.getElementById(id)?.querySelector("summary")).find(Boolean),
        () => root.querySelector?.("[data-focus]"),
      ]) {
        again = find() || null;
        again?.focus({ preventScroll: true });
        // What is switched off, or shut away in a menu, takes no focus.
        if (again && document.activeElement === again) break;
      }
      if (again?.setSelectionRange && focused.start != null) {
        try {
          again.setSelectionRange(focused.start, focused.end);
        } catch {
          // Dates and numbers know no selection.
        }
      }
    }
  });
  // Before the answer stands on the page: what comes back in it would be filled in again.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const form = (event.detail.requestConfig?.elt ?? event.detail.elt)?.closest?.("form[data-keep]");
    if (form && event.detail.requestConfig?.verb === "post") {
      const answered = event.detail.xhr?.status;
      if (answered >= 200 && answered < 400) store.drop(keyOf(form));
    }
  });
  // A page that refreshes itself shows by its live sign that the line is lost; a person who acts is told.
  for (const kind of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(kind, (event) => {
      if (event.detail.requestConfig?.triggeringEvent?.type !== "live") say(words.lost, "error");
    });
  }
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.requestConfig?.triggeringEvent?.type === "live") return;
    if (event.detail.xhr.responseText.includes("data-old-page")) return say(words.refused, "error");
    const told = { 403: words.forbidden, 404: words.gone, 410: words.gone, 429: words.often };
    say(told[event.detail.xhr.status] ?? words.refused, "error");
  });
})();
