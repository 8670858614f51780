/* The wall of a room (workshops/views/projector.py). The server draws everything; here is what only the screen knows:
   how much fits, the clock, what has just come, the whole screen.

   [data-pages]   a list: as many lines as fit, the others on pages that turn by themselves, never because of news
   [data-cards]   the same for questions that stand beside one another
   data-key       changes with what a line says: a line with another key bears the word "just now" for a while
   data-ends      the instant at which the timer is over, by the server's clock    data-left   seconds of one that stands still
   data-say, [data-count]   said to who listens, when they change
   Keys: F fills the screen; arrows and a presenter's page keys turn pages, which then stay for a minute. */
(() => {
  "use strict";
  const root = document.documentElement;
  const words = document.getElementById("wall-words").dataset;
  const DWELL = 12_000;
  const HELD = 60_000;
  const NEW_FOR = 20_000;
  const PACE = 400;
  const CARD = 16.5; // rem
  const MOST_LINES = 24;
  const MILESTONES = [
    [300, words.five],
    [60, words.one],
    [0, words.over],
  ];
  const turned = new Map(); // id of what has pages → { first: id of its first line on the screen, since, all, at }
  const seen = new Map(); // id of a line → its key
  const fresh = new Map(); // id of a line → since when people can see it, 0: not yet
  let scene = null;
  let heldUntil = 0;

  const wall = () => document.getElementById("wall");

  // Saying

  const said = document.getElementById("wall-said");
  const toSay = [];
  let saying = 0;

  function say(text) {
    if (!text) return;
    toSay.push(text);
    if (!saying) speak();
  }

  function speak() {
    // A screen reader drops what is replaced at once.
    saying = toSay.length ? setTimeout(speak, 3_000) : 0;
    if (saying) said.textContent = toSay.splice(0).join(" ");
  }

  // Pages

  function show(line, visible) {
    line.hidden = !visible;
    if (visible && fresh.get(line.id) === 0) fresh.set(line.id, Date.now());
  }

  // Lines that stand side by side are one row.
  function rows(lines) {
    const found = [];
    for (const line of lines) {
      const box = line.getBoundingClientRect();
      const last = found.at(-1);
      if (last && Math.abs(last.top - box.top) < 2) {
        last.lines.push(line);
        last.bottom = Math.max(last.bottom, box.bottom);
      } else found.push({ top: box.top, bottom: box.bottom, lines: [line] });
    }
    return found;
  }

  function cut(list, lines) {
    const most = list.clientHeight + 1;
    const pages = [];
    let top = 0;
    for (const row of rows(lines)) {
      if (!pages.length || row.bottom - top > most) {
        pages.push([]);
        top = row.top;
      }
      pages.at(-1).push(...row.lines);
    }
    return pages;
  }

  function chunks(cards, most) {
    const each = Math.ceil(cards.length / Math.ceil(cards.length / most));
    const pages = [];
    for (let at = 0; at < cards.length; at += each) pages.push(cards.slice(at, at + each));
    return pages;
  }

  function lay(frame) {
    const list = frame.firstElementChild;
    const button = frame.querySelector(":scope > .wall-more");
    const lines = [...list.children];
    for (const line of lines) {
      line.hidden = false;
      line.classList.remove("tall", "whole");
      line.style.removeProperty("--lines");
    }
    button.hidden = true;
    let pages = [lines];
    if (frame.matches("[data-cards]")) {
      const size = parseFloat(getComputedStyle(root).fontSize);
      const most = Math.max(1, Math.floor(list.clientWidth / (CARD * size)));
      if (lines.length > most) pages = chunks(lines, most);
    } else if (list.scrollHeight > list.clientHeight + 1) {
      button.hidden = false;
      // It is as high as it will be once it counts.
      button.textContent ||= "…";
      // One line that is too much for the wall says less.
      for (const line of lines) line.classList.toggle("tall", line.offsetHeight > list.clientHeight);
      pages = cut(list, lines);
    }
    const state = turned.get(frame.id) || { first: "", since: Date.now() };
    turned.set(frame.id, state);
    const at = Math.max(0, pages.findIndex((page) => page.some((line) => line.id === state.first)));
    // What people are reading stays on the screen, also where for a moment everything seems to fit.
    if (!lines.some((line) => line.id === state.first)) state.first = pages[at]?.[0]?.id || "";
    state.all = pages.length;
    turn(frame, pages, at);
  }

  // Lines were counted cut short; those that are shown say all that there is room for.
  function grow(list, lines) {
    const fits = () => list.scrollHeight <= list.clientHeight + 1;
    for (const line of lines) {
      line.classList.remove("whole");
      line.style.removeProperty("--lines");
    }
    for (const line of lines) {
      line.classList.add("whole");
      if (fits()) continue;
      line.classList.remove("whole");
      let most = line.matches(".tall") ? 2 : 4;
      do line.style.setProperty("--lines", ++most);
      while (most < MOST_LINES && fits());
      if (!fits()) line.style.setProperty("--lines", most - 1);
      // No fewer than it began with.
      if (!fits()) line.style.removeProperty("--lines");
    }
  }

  function turn(frame, pages, at) {
    const state = turned.get(frame.id);
    const button = frame.querySelector(":scope > .wall-more");
    state.pages = pages;
    state.at = at;
    pages.forEach((page, n) => page.forEach((line) => show(line, n === at)));
    button.hidden = pages.length < 2;
    if (pages.length > 1) count(button, pages, at);
    if (!frame.matches("[data-cards]")) grow(frame.firstElementChild, pages[at] || []);
  }

  function count(button, pages, at) {
    const away = pages.flatMap((page, n) => (n === at ? [] : page));
    const news = away.filter((line) => fresh.get(line.id) === 0).length;
    const more = away.length === 1 ? words.moreOne : words.more.replace("%n", away.length);
    const there = news ? ` (${words.newThere.replace("%n", news)})` : "";
    button.textContent = `${more}${there} · ${at + 1} / ${pages.length}`;
    button.setAttribute("aria-label", `${more}${there}, ${words.page.replace("%n", at + 1).replace("%all", pages.length)}`);
  }

  function layOut() {
    const here = wall();
    if (!here) return;
    for (const frame of here.querySelectorAll("[data-cards]")) lay(frame);
    for (const frame of here.querySelectorAll("[data-pages]")) if (frame.checkVisibility()) lay(frame);
  }

  function flip(frame, way, toNews = false) {
    const state = turned.get(frame.id);
    if (!state?.pages || state.pages.length < 2) return;
    const all = state.pages.length;
    let at = (state.at + way + all) % all;
    if (toNews) {
      const found = state.pages.findIndex((page, n) => n !== state.at && page.some((line) => fresh.get(line.id) === 0));
      if (found >= 0) at = found;
    }
    state.first = state.pages[at][0].id;
    state.since = Date.now();
    turn(frame, state.pages, at);
    if (!frame.matches("[data-cards]")) return;
    for (const inner of frame.querySelectorAll("[data-pages]")) {
      if (!inner.checkVisibility()) continue;
      lay(inner);
      turned.get(inner.id).since = Date.now();
    }
  }

  function flipAll(way) {
    heldUntil = Date.now() + HELD;
    const here = wall();
    const cards = here?.querySelector("[data-cards]");
    if (cards && turned.get(cards.id)?.all > 1) return flip(cards, way);
    for (const frame of here?.querySelectorAll("[data-pages]") || []) if (frame.checkVisibility()) flip(frame, way);
  }

  function turnPages() {
    const here = wall();
    const now = Date.now();
    if (!here || now < heldUntil || document.hidden) return;
    const due = (frame, times) => now - (turned.get(frame.id)?.since ?? now) >= DWELL * times - 50;
    for (const cards of here.querySelectorAll("[data-cards]")) {
      const inside = [...cards.querySelectorAll("[data-pages]")].filter((frame) => frame.checkVisibility());
      const times = Math.max(1, ...inside.map((frame) => turned.get(frame.id)?.all || 1));
      if (turned.get(cards.id)?.all > 1 && due(cards, times)) flip(cards, 1);
    }
    for (const frame of here.querySelectorAll("[data-pages]")) {
      if (frame.checkVisibility() && turned.get(frame.id)?.all > 1 && due(frame, 1)) flip(frame, 1, true);
    }
  }

  // What has just come says so in a word

  function compare(here) {
    const isSame = scene === here.dataset.scene;
    for (const line of here.querySelectorAll("[data-key]")) {
      const was = seen.get(line.id);
      seen.set(line.id, line.dataset.key);
      if (isSame && was !== line.dataset.key) fresh.set(line.id, 0);
    }
  }

  function mark() {
    const now = Date.now();
    let isNew = false;
    for (const [id, since] of fresh) {
      const line = document.getElementById(id);
      if (line && line.checkVisibility() && since === 0) fresh.set(id, now);
      const is = since === 0 || now - since < NEW_FOR;
      if (!is) fresh.delete(id);
      line?.classList.toggle("just", is);
      const tag = line?.querySelector(":scope > .wall-just");
      if (!is) tag?.remove();
      else if (line && !tag) {
        const word = document.createElement("b");
        word.className = "wall-just";
        word.textContent = words.just;
        // The words of the line go around it.
        line.prepend(word);
        isNew = true;
      }
    }
    if (isNew) layOut();
  }

  // The clock

  const page = performance.getEntriesByType("navigation")[0];
  const guess = Number(document.body.dataset.now) - (performance.timeOrigin + (page?.responseStart || 0));
  let countedFor = "";
  let countedTo = Infinity;

  function seconds(clock) {
    if (!clock.dataset.ends) return Number(clock.dataset.left || 0);
    const now = Date.now() + Number(document.body.dataset.liveAhead ?? guess);
    return Math.max(0, Math.ceil((Date.parse(clock.dataset.ends) - now) / 1000));
  }

  function tick() {
    const clock = wall()?.querySelector(".wall-clock");
    if (!clock) return;
    const left = seconds(clock);
    const isRunning = Boolean(clock.dataset.ends);
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor(left / 60) % 60;
    const text = `${hours ? `${hours}:${String(minutes).padStart(2, "0")}` : minutes}:${String(left % 60).padStart(2, "0")}`;
    if (clock.textContent !== text) clock.textContent = text;
    const timer = clock.parentElement;
    const isOver = isRunning && left === 0;
    timer.classList.toggle("soon", isRunning && left <= 60);
    timer.classList.toggle("over", isOver);
    timer.querySelector(".wall-over").hidden = !isOver;
    if (!isRunning) {
      countedFor = "";
      return;
    }
    if (countedFor === clock.dataset.ends) {
      for (const [at, told] of MILESTONES) if (countedTo > at && left <= at) say(told);
    }
    countedFor = clock.dataset.ends;
    countedTo = left;
  }

  // A new picture

  let counts = "";

  function after() {
    const here = wall();
    if (!here) return;
    const isNew = scene !== here.dataset.scene;
    compare(here);
    if (isNew && scene !== null) say(here.dataset.say);
    const counted = [...here.querySelectorAll("[data-count]")].map((one) => one.textContent.trim()).join(". ");
    if (!isNew && counted !== counts) say(counted);
    counts = counted;
    if (isNew) turned.clear();
    scene = here.dataset.scene;
    sized.disconnect();
    layOut();
    // Letters, pictures, columns and last the lines follow the size of the screen one after the other.
    for (const part of here.querySelectorAll(".wall-head, [data-cards], [data-pages], .wall-list > *")) sized.observe(part);
    mark();
    tick();
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "wall" || event.target.id === "wall") after();
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 404) document.querySelector(".wall-gone").hidden = false;
  });

  // While three hundred people come in, the wall looks a few times each second, not with each of them.

  let lookedAt = -PACE;
  let isUnderway = false;
  let waiting = 0;

  document.addEventListener("htmx:beforeSend", (event) => {
    if (event.detail.elt.id === "wall") isUnderway = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    // The wall that asked is gone when its answer has come: the event is that of what stands around it.
    if (event.detail.requestConfig?.elt.id === "wall") isUnderway = false;
  });

  function lookAgain() {
    const here = wall();
    waiting = 0;
    if (isUnderway || here?.matches(".htmx-added, .htmx-settling, .htmx-swapping")) waiting = setTimeout(lookAgain, 100);
    else here?.dispatchEvent(new CustomEvent("live"));
  }

  document.addEventListener(
    "live",
    (event) => {
      if (event.target.id !== "wall") return;
      const soon = lookedAt + PACE - performance.now();
      if (soon <= 0) {
        lookedAt = performance.now();
        return;
      }
      event.stopImmediatePropagation();
      waiting ||= setTimeout(lookAgain, soon);
    },
    true,
  );

  // The whole screen, and a computer that does not fall asleep in front of the room

  const fill = () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen());
  const button = document.querySelector("[data-full-screen]");
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => fill().catch(() => {}));
  document.addEventListener("click", (event) => {
    const more = event.target.closest(".wall-more");
    if (!more) return;
    heldUntil = Date.now() + HELD;
    flip(more.parentElement, 1);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ways = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
    if (event.key.toLowerCase() === "f") fill().catch(() => {});
    else if (ways[event.key]) flipAll(ways[event.key]);
    else return;
    event.preventDefault();
  });

  function stayAwake() {
    if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {});
  }
  document.addEventListener("visibilitychange", stayAwake);

  let laying = 0;
  const sized = new ResizeObserver(() => {
    laying ||= requestAnimationFrame(() => {
      laying = 0;
      layOut();
    });
  });
  root.classList.add("paged");
  after();
  stayAwake();
  setInterval(tick, 250);
  setInterval(() => {
    turnPages();
    mark();
  }, 1_000);
})();
