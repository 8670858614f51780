/* Live pages. The server says only "look again"; each region fetches itself (hx-get, hx-trigger="live").

   <body data-live-token data-live-token-url data-live-on data-live-off data-live-news>   the last three: words to show
   data-live="o:abc l:def"    a region (with an id) and the topics that it listens to; empty: any
   data-live-version="17"     what the region shows: an older or equal signal is no news
   data-live-for="id"         listens in place of that region: for topics that count their versions in another way
   data-fresh-until="…Z"      something in the region changes by itself at that instant
   data-live-state            shows whether the line is live: bears data-state="live" / "off" and the words of <body>,
                              unless it brings its own in .is-live and .is-off
   data-unsaved               a form whose text the server sent back: it counts as typed */
(() => {
  "use strict";
  const said = document.body.dataset;
  const SILENT = 25_000;
  const JUST_NOW = 10_000;
  const LONGEST_PRESS = 3_000;
  const OPENS = ["select", "date", "time", "datetime-local", "month", "week", "color"];
  let token = said.liveToken || "";
  let source = null;
  let heardAt = 0;
  let tries = 0;
  let timer = 0;
  let freshTimer = 0;
  let aheadBy = 0;
  const ripened = new Set();
  const underway = new Map();
  const acting = new Set();
  const owed = new Set();
  const kept = new WeakMap();
  const forced = new WeakSet();
  const failed = new Map();
  let pressed = null;
  let pressTimer = 0;
  let justOpened = true;

  // What the person sees of the line

  let line = "off";

  function show(state) {
    line = state;
    for (const sign of document.querySelectorAll("[data-live-state]")) {
      const text = state === "live" ? said.liveOn : said.liveOff;
      sign.dataset.state = state;
      if (text && sign.textContent !== text && !sign.querySelector(".is-live")) sign.textContent = text;
    }
  }

  // Regions

  function typed(field) {
    if (field.disabled || field.closest("[data-live-ignore]")) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.localName === "select") {
      const options = [...field.options];
      const chosen = options.some((option) => option.defaultSelected);
      return options.some((option, i) => option.selected !== (chosen || field.multiple ? option.defaultSelected : i === 0));
    }
    if (["hidden", "submit", "button", "image", "reset"].includes(field.type)) return false;
    // Half a date or half a number has no value yet.
    return field.value !== field.defaultValue || field.validity.badInput;
  }

  // htmx gives the caret back to a field with an id only; a list or a calendar that hangs open would shut in any case.
  function writing(region) {
    const field = document.activeElement;
    if (!field?.matches("input, textarea, select") || !region.contains(field) || field.closest("[data-live-ignore]")) return false;
    if (["checkbox", "radio", "submit", "button", "image", "reset"].includes(field.type)) return false;
    return !field.id || OPENS.includes(field.localName) || OPENS.includes(field.type);
  }

  function busy(region) {
    if (region.querySelector("form[data-unsaved], dialog[open], :popover-open")) return true;
    if (writing(region)) return true;
    return [...region.querySelectorAll("input, textarea, select")].some(typed);
  }

  // While a region's answer is under way, or the element that came has not been wired yet, htmx would lose a signal.
  // Between pressing and letting go a swap would lose the click. What somebody does in a region is answered first, so that
  // nothing new stands there to be pressed when that answer takes its place.
  function held(region) {
    return region.contains(pressed) || [...acting].some((one) => region.contains(one));
  }

  function deaf(region) {
    if (underway.get(region.id) === region || held(region)) return true;
    return region.closest(".htmx-added, .htmx-settling, .htmx-swapping") !== null;
  }

  function letGo() {
    clearTimeout(pressTimer);
    pressed = null;
    pay();
  }

  document.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      pressed = event.target;
      clearTimeout(pressTimer);
      pressTimer = setTimeout(letGo, LONGEST_PRESS);
    },
    true,
  );
  for (const kind of ["pointerup", "pointercancel"]) {
    // The click itself comes after the release.
    document.addEventListener(kind, () => setTimeout(letGo, 50), true);
  }

  function refresh(region) {
    if (busy(region) && !forced.has(region)) hold(region);
    else if (deaf(region)) owed.add(region.id);
    else region.dispatchEvent(new CustomEvent("live"));
  }

  function pay() {
    for (const id of [...owed]) {
      const region = document.getElementById(id);
      if (region && deaf(region)) continue;
      owed.delete(id);
      if (region) refresh(region);
    }
  }

  // On a page that has just been rendered nothing is news unless a topic was announced since: no click meets a swap.
  function isAsRendered(region, wanted, versions) {
    const shown = Number(region.dataset.liveVersion || -1);
    return shown >= 0 && wanted.length > 0 && wanted.every((topic) => (versions[topic] || 0) <= shown);
  }

  function look(topics, version, versions) {
    const heardOf = [...document.querySelectorAll("[data-live]")].filter((region) => {
      const wanted = region.dataset.live.split(/\s+/).filter(Boolean);
      if (versions && isAsRendered(region, wanted, versions)) return false;
      if (topics && wanted.length && !wanted.some((topic) => topics.includes(topic))) return false;
      return !(version && Number(region.dataset.liveVersion || -1) >= version);
    });
    const meant = heardOf.map((one) => (one.dataset.liveFor ? document.getElementById(one.dataset.liveFor) : one));
    const regions = [...new Set(meant)].filter(Boolean);
    for (const region of regions) {
      const comesAnyway = regions.some((outer) => outer !== region && outer.contains(region) && !busy(outer));
      if (!comesAnyway) refresh(region);
    }
  }

  // Half-typed text is never taken away: the region waits, and says so

  function hold(region) {
    if (region.hasAttribute("data-stale")) return;
    region.setAttribute("data-stale", "");
    const news = document.createElement("div");
    news.className = "live-news";
    news.setAttribute("role", "status");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "live-news-button";
    button.textContent = said.liveNews || "↻";
    button.addEventListener("click", () => {
      forced.add(region);
      refresh(region);
    });
    news.append(button);
    region.prepend(news);
  }

  function release(region) {
    region.removeAttribute("data-stale");
    forced.delete(region);
    for (const news of region.querySelectorAll(":scope > .live-news")) news.remove();
  }

  function releaseWhatIsQuiet() {
    for (const region of document.querySelectorAll("[data-live][data-stale]")) {
      if (!busy(region)) {
        release(region);
        refresh(region);
      }
    }
  }

  function remember(region) {
    const inside = [...region.querySelectorAll("[id]")];
    return {
      region,
      scrolled: inside.filter((e) => e.scrollTop || e.scrollLeft).map((e) => [e.id, e.scrollTop, e.scrollLeft]),
      opened: inside.filter((e) => e.localName === "details").map((e) => [e.id, e.open]),
      texts: inside.filter((e) => e.matches("textarea, input") && typed(e)).map((e) => [e.id, e.value, e.checked]),
    };
  }

  function recall(memory) {
    for (const [id, open] of memory.opened) {
      const found = document.getElementById(id);
      if (found) found.open = open;
    }
    for (const [id, value, checked] of memory.texts) {
      const found = document.getElementById(id);
      if (!found) continue;
      if (found.type === "checkbox" || found.type === "radio") found.checked = checked;
      else found.value = value;
    }
    for (const [id, top, left] of memory.scrolled) document.getElementById(id)?.scrollTo(left, top);
  }

  const byItself = (asked) => asked?.triggeringEvent?.type === "live";

  document.addEventListener("htmx:beforeSend", (event) => {
    if (byItself(event.detail.requestConfig)) underway.set(event.detail.elt.id, event.detail.elt);
    else acting.add(event.detail.elt);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!byItself(event.detail.requestConfig)) {
      acting.delete(event.detail.requestConfig.elt);
      setTimeout(pay);
      return;
    }
    const { id } = event.detail.requestConfig.elt;
    underway.delete(id);
    const { status } = event.detail.xhr;
    if (status === 0 || status === 429 || status >= 500) {
      // The signal will not come again: the question must.
      const times = (failed.get(id) || 0) + 1;
      failed.set(id, times);
      owed.delete(id);
      setTimeout(() => {
        owed.add(id);
        pay();
      }, Math.min(500 * 2 ** times, 30_000));
    } else {
      failed.delete(id);
    }
    setTimeout(pay);
  });
  document.addEventListener("htmx:afterSettle", () => {
    pay();
    ripen();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig: asked, xhr } = event.detail;
    if (!byItself(asked)) return;
    const region = asked.elt.closest("[data-live]") || asked.elt;
    const answered = xhr.responseURL && new URL(xhr.responseURL).pathname;
    if (answered && answered !== new URL(asked.path, location.href).pathname) {
      // Sent elsewhere, to sign in for example: that page does not belong into this region.
      event.detail.shouldSwap = false;
      close();
      show("off");
    } else if (busy(region) && !forced.has(region)) {
      event.detail.shouldSwap = false;
      hold(region);
    } else if (event.detail.shouldSwap && held(region)) {
      event.detail.shouldSwap = false;
      owed.add(region.id);
    } else if (event.detail.shouldSwap) {
      kept.set(xhr, remember(region));
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    // A sign that came with the region does not know yet.
    show(line);
    const memory = kept.get(event.detail.xhr);
    if (memory) {
      kept.delete(event.detail.xhr);
      release(memory.region);
      recall(memory);
    } else {
      const region = event.target.closest?.("[data-live][data-stale]");
      if (region && !busy(region)) release(region);
    }
  });
  for (const kind of ["focusout", "change", "reset", "close", "toggle"]) {
    document.addEventListener(kind, () => setTimeout(releaseWhatIsQuiet, 50), true);
  }

  // Moments that come by themselves

  function ripen() {
    clearTimeout(freshTimer);
    const now = Date.now() + aheadBy;
    let next = Infinity;
    for (const element of document.querySelectorAll("[data-fresh-until]")) {
      const at = Date.parse(element.dataset.freshUntil);
      const region = element.closest("[data-live]");
      const once = `${region?.id} ${element.dataset.freshUntil}`;
      if (Number.isNaN(at) || !region || ripened.has(once)) continue;
      if (at > now) next = Math.min(next, at);
      else if (!document.hidden) {
        ripened.add(once);
        refresh(region);
      }
    }
    if (next < Infinity) freshTimer = setTimeout(ripen, Math.min(next - now + 200, 3_600_000));
  }

  // The line

  function heard() {
    heardAt = Date.now();
  }

  function open() {
    clearTimeout(timer);
    if (!token || source || document.hidden) return;
    heard();
    source = new EventSource(`/live?token=${encodeURIComponent(token)}`);
    source.addEventListener("up", (event) => {
      heard();
      tries = 0;
      const told = JSON.parse(event.data);
      aheadBy = told.now - Date.now();
      // For other scripts that count by the server's clock.
      said.liveAhead = aheadBy;
      show("live");
      look(null, 0, justOpened && performance.now() < JUST_NOW ? told.v : null);
      justOpened = false;
      ripen();
    });
    source.addEventListener("down", () => {
      heard();
      show("off");
    });
    source.addEventListener("beat", heard);
    source.addEventListener("look", (event) => {
      heard();
      const news = JSON.parse(event.data);
      look(news.t, news.v);
    });
    source.addEventListener("expired", renew);
    source.onerror = () => {
      justOpened = false;
      show("off");
      if (source?.readyState === EventSource.CLOSED) renew();
    };
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  async function renew() {
    close();
    if (!said.liveTokenUrl) return show("off");
    try {
      const answer = await fetch(said.liveTokenUrl, {
        headers: { Accept: "application/json" },
        redirect: "manual",
        cache: "no-store",
      });
      if (answer.ok) {
        token = (await answer.json()).token;
        if (tries === 0) {
          tries = 1;
          return open();
        }
      } else if (answer.status < 500 && answer.status !== 429) {
        // Signed out, or no longer permitted: asking again changes nothing until the person does something.
        token = "";
        return show("off");
      }
    } catch {
      // No network: later.
    }
    show("off");
    tries += 1;
    timer = setTimeout(token ? open : renew, Math.min(500 * 2 ** tries, 30_000));
  }

  function wake() {
    if (document.hidden || !said.liveToken) return;
    if (token) open();
    else renew();
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return wake();
    justOpened = false;
    close();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => {
    // Out of the browser's memory: rendered long ago.
    if (event.persisted) justOpened = false;
    wake();
  });
  addEventListener("online", () => {
    close();
    wake();
  });
  addEventListener("offline", () => {
    justOpened = false;
    show("off");
  });
  setInterval(() => {
    // After sleep, or behind a network that died without a word, no error ever comes.
    if (source && Date.now() - heardAt > SILENT) {
      show("off");
      close();
      open();
    }
  }, 5_000);

  wake();
  ripen();
})();
