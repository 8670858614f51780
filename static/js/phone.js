/* A phone of the room. It follows the room by itself: live.js says "look again" to #ph-pulse, one snapshot answers for
   the whole page, and only parts that are new are changed.

   [data-part="fingerprint"]   a part of #room, known by its id; one in which somebody writes is left alone
   form[data-send]             is sent by script, again and again until the server has it, always with the same key
   form[data-draft="name"]     what is typed in it survives a reload and a lost line (sessionStorage)
   [data-most="200"]           how much fits: said while one types, never cut
   a[data-open-form]           fetches its form into the slot of its card; [data-close-form] closes it
   [data-fill="id"]            an example one can press */
(() => {
  "use strict";
  const pulse = document.getElementById("ph-pulse");
  const desks = document.getElementById("ph-desks");
  const words = document.getElementById("ph-words")?.dataset;
  if (!pulse || !words) return;
  const csrf = document.body.dataset.csrf;
  const toastBox = document.getElementById("ph-toast");
  const bar = document.getElementById("ph-went-on");
  const aloud = document.getElementById("ph-said-aloud");
  const STORE = `phone:${document.body.dataset.code}:`;
  let room = document.getElementById("room");
  let tag = pulse.dataset.tag;
  let aheadBy = Number(room?.dataset.now || 0) ? Number(room.dataset.now) - Date.now() : 0;
  let looking = false;
  let lookAgain = false;
  let tries = 0;
  let lookTimer = 0;

  // Saying something ----------------------------------------------------------------------------------------------------

  let toastTimer = 0;
  function say(sentence, kind = "good") {
    clearTimeout(toastTimer);
    toastBox.textContent = sentence;
    toastBox.className = `ph-toast show ${kind}`;
    if (kind !== "waits") toastTimer = setTimeout(() => (toastBox.className = "ph-toast"), kind === "bad" ? 9000 : 3500);
  }
  function hush() {
    if (toastBox.classList.contains("waits")) toastBox.className = "ph-toast";
  }

  // What somebody is in the middle of ---------------------------------------------------------------------------------------

  function isTyped(field) {
    if (field.disabled || ["hidden", "submit", "button"].includes(field.type)) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.localName === "select") return [...field.options].some((one) => one.selected !== one.defaultSelected && one.defaultSelected);
    return field.value !== field.defaultValue || field.validity.badInput;
  }
  function isBusy(part) {
    if (part.querySelector("form[data-unsaved], form.ph-under-way")) return true;
    const field = document.activeElement;
    if (field && part.contains(field) && field.matches("textarea, select, input:not([type=radio], [type=hidden])")) return true;
    if (part.querySelector("[data-slot] form")) return true;
    return [...part.querySelectorAll("input, textarea, select")].some(isTyped);
  }

  // Changing only what is new -------------------------------------------------------------------------------------------------

  let newest = null;
  let saidStep = room?.dataset.step;
  const adopt = (part) => document.importNode(part, true);

  function take(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.getElementById("room");
    // Of two answers the older may come last.
    if (!fresh || ["pulse", "revision"].some((one) => Number(fresh.dataset[one]) < Number(newest?.dataset[one] || 0))) return;
    newest = fresh;
    if (fresh.dataset.now) aheadBy = Number(fresh.dataset.now) - Date.now();
    pulse.dataset.liveVersion = fresh.dataset.pulse;
    if (desks) desks.dataset.liveVersion = fresh.dataset.revision;
    reconcile();
  }

  function reconcile(force = false) {
    if (!newest) return;
    const anchor = document.activeElement !== document.body && room.contains(document.activeElement) ? document.activeElement : null;
    const before = anchor?.getBoundingClientRect().top;
    const opened = [...room.querySelectorAll("details[open]")].map((one) => one.closest("[data-part]")?.id).filter(Boolean);
    const known = new Map([...room.querySelectorAll(":scope > [data-part]")].map((part) => [part.id, part]));
    const wanted = [...newest.querySelectorAll(":scope > [data-part]")];
    const names = new Set(wanted.map((part) => part.id));
    const stays = new Set();
    for (const [id, part] of known) {
      if (names.has(id)) continue;
      if (!force && isBusy(part)) stays.add(part);
      else part.remove();
    }
    // What is kept only because something is written in it makes room for what is to be done now.
    for (const part of stays) if (!part.contains(document.activeElement)) room.append(part);
    let at = room.firstElementChild;
    let lacks = false;
    for (const next of wanted) {
      while (at && stays.has(at)) at = at.nextElementSibling;
      let part = known.get(next.id);
      if (next.hasAttribute("data-same") && part?.dataset.part !== next.dataset.part) {
        // It changed here since it was said that it need not travel.
        lacks = true;
        if (part && part === at) at = at.nextElementSibling;
        continue;
      }
      if (!part) {
        part = adopt(next);
        room.insertBefore(part, at);
        wire(part);
        continue;
      }
      if (part.dataset.part !== next.dataset.part) {
        if (force || !isBusy(part)) {
          const replaced = adopt(next);
          keepFocus(part, () => {
            if (part === at) at = replaced;
            part.replaceWith(replaced);
          });
          if (opened.includes(next.id)) for (const one of replaced.querySelectorAll("details.ph-asking")) one.open = true;
          wire(replaced);
          part = replaced;
        }
      }
      if (part === at) at = at.nextElementSibling;
      // A part in which somebody writes does not travel: the others go around it.
      else if (!isBusy(part)) room.insertBefore(part, at);
      else at = part.nextElementSibling;
    }
    const moved = room.dataset.step !== newest.dataset.step;
    if (saidStep !== newest.dataset.step) {
      saidStep = newest.dataset.step;
      aloud.textContent = `${aloud.dataset.step} ${newest.dataset.stepName}`;
    }
    const writing = !force && (stays.size > 0 || [...room.querySelectorAll(":scope > [data-part]")].some(isBusy));
    for (const name of ["pulse", "now", "code"]) room.dataset[name] = newest.dataset[name];
    if (moved && writing) {
      // Nobody is moved: the room is further, and says so.
      const said = bar.querySelector("[data-words]");
      said.textContent = said.dataset.words.replace("@", newest.dataset.stepName);
      bar.hidden = false;
    } else {
      room.dataset.step = newest.dataset.step;
      bar.hidden = true;
      if (moved) {
        for (const greeting of document.querySelectorAll(".ph-messages")) greeting.remove();
        if (!anchor) scrollTo({ top: 0 });
      }
    }
    if (anchor?.isConnected) {
      const now = anchor.getBoundingClientRect().top;
      if (Math.abs(now - before) > 1) scrollBy(0, now - before);
    }
    tick();
    if (lacks) {
      tag = "";
      look();
    }
  }

  function keepFocus(part, change) {
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    change();
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  bar.querySelector("button").addEventListener("click", () => {
    // What was typed stays kept on this phone, should the room come back to it.
    reconcile(true);
    scrollTo({ top: 0 });
    document.getElementById("main").focus({ preventScroll: true });
  });
  // What was left alone while somebody wrote is looked at again when it is quiet.
  document.addEventListener("focusout", () => setTimeout(reconcile, 200));

  // The parts that stand here already need not travel again.
  function shownHere(but) {
    const parts = [...room.querySelectorAll(":scope > [data-part]")].filter((part) => part.id !== but);
    return parts.map((part) => part.dataset.part).filter(Boolean).join(",");
  }

  // Looking again ---------------------------------------------------------------------------------------------------------------

  async function look() {
    clearTimeout(lookTimer);
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    lookAgain = false;
    try {
      const answer = await fetch(pulse.dataset.nowUrl, {
        headers: { "X-Phone": "1", "X-Has": shownHere(), ...(tag ? { "If-None-Match": `"${tag}"` } : {}) },
        cache: "no-store",
        signal: AbortSignal.timeout(15_000),
      });
      if (answer.status === 410 || answer.status === 404) return leave();
      if (answer.ok) {
        tag = (answer.headers.get("ETag") || "").replaceAll('"', "").replace(/^W\//, "");
        take(await answer.text());
      } else if (answer.status !== 304) {
        throw new Error(answer.status);
      }
      tries = 0;
      hush();
      flush();
    } catch {
      tries += 1;
      lookTimer = setTimeout(look, Math.min(400 * 2 ** tries, 15_000) * (0.7 + Math.random() * 0.6));
    } finally {
      looking = false;
      if (lookAgain) look();
    }
  }
  pulse.addEventListener("live", look);
  // While people come in nobody is told of each: who waits looks now and then.
  setInterval(() => room.dataset.step || document.hidden || look(), 9_000 + Math.random() * 6_000);

  // Taken out, gone, or the code is over: the page itself says what it means. Nobody loses a text by that.
  function leave() {
    for (const form of document.querySelectorAll("form[data-draft]")) keep(form);
    location.reload();
  }

  // Drafts --------------------------------------------------------------------------------------------------------------------------

  function stored(form) {
    try {
      return JSON.parse(sessionStorage.getItem(STORE + form.dataset.draft));
    } catch {
      return null;
    }
  }
  function store(form, value) {
    try {
      if (value) sessionStorage.setItem(STORE + form.dataset.draft, JSON.stringify(value));
      else sessionStorage.removeItem(STORE + form.dataset.draft);
    } catch {
      // A full or forbidden store: the page goes on without it.
    }
  }
  const fieldsOf = (form) => [...form.elements].filter((one) => one.name && !["hidden", "submit", "button"].includes(one.type));
  function keep(form, underWay = false) {
    const typed = {};
    for (const field of fieldsOf(form)) {
      if (field.type === "radio" ? field.checked : field.value !== field.defaultValue || isTyped(field)) typed[field.name] = field.value;
    }
    const isText = fieldsOf(form).some((one) => one.matches("textarea, input:not([type=radio], [type=date])") && typed[one.name]);
    store(form, isText || underWay ? { typed, key: form.elements.key?.value, underWay } : null);
  }
  function restore(form) {
    const kept = stored(form);
    if (!kept || form.hasAttribute("data-unsaved")) return;
    for (const field of fieldsOf(form)) {
      if (!(field.name in kept.typed)) continue;
      if (field.type === "radio") field.checked = field.value === kept.typed[field.name];
      else field.value = kept.typed[field.name];
    }
    const around = form.closest("details.ph-asking");
    if (around) around.open = true;
    for (const one of form.querySelectorAll("details.ph-number")) one.open = Boolean(kept.typed.target || kept.typed.indicator);
    if (kept.underWay) {
      // It was on its way when the page went: the same key, so that it is done once.
      if (form.elements.key && kept.key) form.elements.key.value = kept.key;
      send(form, null);
      return;
    }
    if (form.querySelector(".ph-kept")) return;
    const note = document.createElement("p");
    note.className = "ph-kept small";
    const forget = document.createElement("button");
    forget.type = "button";
    forget.className = "link-btn";
    forget.textContent = words.leave;
    forget.addEventListener("click", () => {
      store(form, null);
      form.reset();
      note.remove();
      reconcile();
    });
    note.append(`${words.kept} `, forget);
    form.prepend(note);
  }
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.dataset.draft) keep(form);
    if (event.target.dataset?.most) count(event.target);
  });

  function count(field) {
    let counter = field.parentElement.querySelector(".counter");
    if (!counter) {
      counter = document.createElement("span");
      counter.className = "counter";
      field.after(counter);
    }
    const most = Number(field.dataset.most);
    counter.hidden = field.value.length < most * 0.6;
    counter.classList.toggle("near", field.value.length > most);
    counter.textContent = `${field.value.length} / ${most}`;
  }

  // Sending, until it has arrived ------------------------------------------------------------------------------------------------------

  const waiting = new Map();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-send]") || event.defaultPrevented) return;
    event.preventDefault();
    // Pressed again while the first is on its way: what was written since goes after it.
    if (form.classList.contains("ph-under-way")) form.dataset.again = "yes";
    else send(form, event.submitter);
  });

  function send(form, by) {
    const body = new URLSearchParams(new FormData(form));
    if (by?.name) body.append(by.name, by.value);
    const job = { form, body, url: form.action, tries: 0, timer: 0, running: false, part: form.closest("[data-part]")?.id };
    form.classList.add("ph-under-way");
    if (form.dataset.draft) keep(form, true);
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
    waiting.set(form, job);
    attempt(job);
  }

  async function attempt(job) {
    if (job.running) return;
    clearTimeout(job.timer);
    job.running = true;
    const state = job.form.querySelector(".ph-sending");
    if (state) state.textContent = words.sending;
    try {
      const answer = await fetch(job.url, {
        method: "POST",
        body: job.body,
        headers: { "X-Phone": "1", "X-CSRFToken": csrf, "X-Has": shownHere(job.part) },
        redirect: "manual",
        signal: AbortSignal.timeout(20_000),
      });
      if (answer.status >= 500 || answer.status === 429) throw new Error(answer.status);
      job.running = false;
      await settled(job, answer);
    } catch {
      job.running = false;
      job.tries += 1;
      say(words.retry, "waits");
      if (state) state.textContent = words.retry;
      job.timer = setTimeout(() => attempt(job), Math.min(700 * 2 ** job.tries, 15_000));
    }
  }
  function flush() {
    for (const job of waiting.values()) if (!job.running && job.tries) attempt(job);
  }

  function wroteSince(job) {
    if (!job.form.dataset.draft || !job.form.elements.key) return false;
    return fieldsOf(job.form).some((field) => field.matches("textarea, input:not([type=radio], [type=date])") && field.value !== (job.body.get(field.name) ?? "").replaceAll("\r\n", "\n"));
  }
  function newKey() {
    return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function settled(job, answer) {
    const { form } = job;
    waiting.delete(form);
    form.classList.remove("ph-under-way");
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
    const state = form.querySelector(".ph-sending");
    if (state) state.textContent = "";
    hush();
    const said = decodeURIComponent(answer.headers.get("X-Said") || "");
    if (answer.ok) {
      form.removeAttribute("data-unsaved");
      form.querySelector(".ph-kept")?.remove();
      const next = wroteSince(job);
      if (next) {
        // The next one was begun while this was on its way: it stays, under a key of its own.
        form.elements.key.value = newKey();
        keep(form);
      } else {
        if (form.dataset.draft) store(form, null);
        form.reset();
      }
      const slot = form.closest("[data-slot]");
      if (slot) slot.replaceChildren();
      // So that its part is drawn anew, with a key of its own for what comes next.
      const part = document.getElementById(job.part);
      if (part && !next) {
        part.dataset.part = "";
        if (part.contains(document.activeElement)) document.activeElement.blur();
      }
      tag = (answer.headers.get("ETag") || "").replaceAll('"', "");
      take(await answer.text());
      if (said && said !== "✓") say(said);
      const again = form.dataset.again && next && form.isConnected;
      delete form.dataset.again;
      if (again) send(form, null);
      return;
    }
    delete form.dataset.again;
    if (answer.status === 410 || answer.status === 404) return leave();
    const html = await answer.text();
    if (html && (answer.status === 422 || answer.status === 409)) {
      keep(form);
      const page = new DOMParser().parseFromString(html, "text/html");
      const fresh = page.querySelector("form");
      if (fresh) {
        const made = document.importNode(fresh, true);
        const around = form.closest("details.ph-asking");
        if (around) around.open = true;
        form.replaceWith(made);
        wire(made);
        (made.querySelector("[aria-invalid=true], [role=alert]") || made.querySelector("textarea, input:not([type=hidden])"))?.focus();
      }
      return;
    }
    if (form.dataset.draft) keep(form);
    say(said || words.refused, "bad");
    const part = document.getElementById(job.part);
    if (part && !form.dataset.draft) part.dataset.part = "";
    tag = "";
    look();
  }

  // Forms in their card --------------------------------------------------------------------------------------------------------------------

  document.addEventListener("click", async (event) => {
    const opener = event.target.closest?.("a[data-open-form]");
    if (opener) {
      const slot = opener.closest("[data-part]")?.querySelector("[data-slot]");
      if (!slot) return;
      event.preventDefault();
      const url = opener.href;
      if (slot.dataset.url === url && slot.firstElementChild) return;
      try {
        const answer = await fetch(url, { headers: { "X-Phone": "1" }, cache: "no-store", signal: AbortSignal.timeout(10_000) });
        if (answer.status === 410 || answer.status === 404) return leave();
        if (!answer.ok) throw new Error(answer.status);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        slot.dataset.url = url;
        slot.replaceChildren(...[...page.body.children].map((one) => document.importNode(one, true)));
        wire(slot);
        slot.querySelector("textarea, input:not([type=hidden], [type=radio])")?.focus();
      } catch {
        say(words.offline, "bad");
      }
      return;
    }
    const closer = event.target.closest?.("[data-close-form]");
    if (closer) {
      const slot = closer.closest("[data-slot]");
      slot?.replaceChildren();
      reconcile();
      return;
    }
    const example = event.target.closest?.("[data-fill]");
    if (example) {
      for (const [id, value] of [
        [example.dataset.fill, example.dataset.value],
        [example.dataset.fillToo, example.dataset.valueToo],
      ]) {
        const field = id && document.getElementById(id);
        if (!field) continue;
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      document.getElementById(example.dataset.fill)?.focus();
    }
  });

  // The clock is the server's ---------------------------------------------------------------------------------------------------------------

  const saidTimes = {};
  function tick() {
    for (const timer of document.querySelectorAll(".ph-timer")) {
      const ends = Number(timer.dataset.ends);
      const left = ends ? Math.ceil((ends - Date.now() - aheadBy) / 1000) : Number(timer.dataset.left || 0);
      const shown = timer.querySelector("b");
      const over = ends && left <= 0;
      timer.classList.toggle("over", Boolean(over));
      timer.classList.toggle("still", !ends);
      const text = over ? words.over : `${Math.floor(Math.max(0, left) / 60)}:${String(Math.max(0, left) % 60).padStart(2, "0")}`;
      if (shown.textContent !== text) shown.textContent = text;
      for (const [name, reached] of [
        ["over", over],
        ["minute", ends && left > 0 && left <= 60],
        // Not of a timer that was shorter from the beginning.
        ["five", ends && left > 240 && left <= 300],
      ]) {
        if (!reached || saidTimes[name] === timer.dataset.ends) continue;
        saidTimes[name] = timer.dataset.ends;
        aloud.textContent = aloud.dataset[name];
      }
    }
  }
  setInterval(tick, 500);

  // After the page, and after each change ------------------------------------------------------------------------------------------------------

  function wire(root) {
    for (const form of root.matches?.("form[data-draft]") ? [root] : root.querySelectorAll("form[data-draft]")) restore(form);
    for (const field of root.querySelectorAll("[data-most]")) count(field);
  }
  wire(room);
  tick();
  document.documentElement.classList.add("by-script");

  addEventListener("online", () => {
    flush();
    look();
  });
  addEventListener("offline", () => say(words.offline, "waits"));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) for (const form of document.querySelectorAll("form[data-draft]")) waiting.has(form) || keep(form);
    else {
      flush();
      look();
    }
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) look();
  });
})();
