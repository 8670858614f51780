/* The picture of the chain: the bubble that says why, looking at one area, arrow keys; the projector's full screen.
   Everything here is an addition: without it links are links, and the browser shows each link's <title>. */
(() => {
  "use strict";
  const PARTS = ".lnk, .area";
  let bubble = null;
  let shownFor = null;

  // Why

  function reason(link) {
    let element = link.querySelector(":scope > title");
    if (element) {
      // The browser's own bubble would come on top of ours; as <desc> it stays the description for screen readers.
      const desc = document.createElementNS("http://www.w3.org/2000/svg", "desc");
      desc.id = element.id;
      desc.textContent = element.textContent;
      element.replaceWith(desc);
      element = desc;
    } else element = link.querySelector(":scope > desc");
    return element?.textContent || "";
  }

  function show(link) {
    const text = reason(link);
    if (!text) return hide();
    if (!bubble) {
      bubble = document.createElement("div");
      bubble.className = "chain-why";
      bubble.setAttribute("aria-hidden", "true");
    }
    bubble.replaceChildren(
      ...text.split("\n").map((line) => {
        const p = document.createElement("p");
        p.textContent = line;
        return p;
      }),
    );
    document.body.append(bubble);
    shownFor = link.id;
    const at = (link.querySelector(".badge") || link).getBoundingClientRect();
    const wide = document.documentElement.clientWidth;
    const left = Math.min(Math.max(8, at.left + at.width / 2 - bubble.offsetWidth / 2), wide - bubble.offsetWidth - 8);
    const below = at.bottom + 10 + bubble.offsetHeight < innerHeight;
    const top = below ? at.bottom + 10 : at.top - bubble.offsetHeight - 10;
    bubble.style.transform = `translate(${Math.round(left + scrollX)}px, ${Math.round(top + scrollY)}px)`;
  }

  function hide() {
    bubble?.remove();
    shownFor = null;
  }

  // One area or link and what touches it

  function look(part) {
    const picture = part.closest(".chain");
    for (const other of picture.querySelectorAll(".near")) other.classList.remove("near");
    const near = new Set([part]);
    const area = (ref) => document.getElementById(`area-${ref}`);
    if (part.matches(".lnk")) {
      near.add(area(part.dataset.from)).add(area(part.dataset.to));
    } else {
      const ref = part.id.slice("area-".length);
      for (const link of picture.querySelectorAll(".lnk")) {
        if (link.dataset.from === ref || link.dataset.to === ref) {
          near.add(link).add(area(link.dataset.from)).add(area(link.dataset.to));
        }
      }
    }
    for (const found of near) found?.classList.add("near");
    picture.classList.add("looking");
  }

  function lookAway() {
    for (const picture of document.querySelectorAll(".chain.looking")) picture.classList.remove("looking");
  }

  function enter(event) {
    const part = event.target.closest?.(PARTS);
    if (!part?.closest(".chain")) return;
    look(part);
    if (part.matches(".lnk")) show(part);
    else hide();
  }

  function leave(event) {
    const part = event.target.closest?.(PARTS);
    if (!part || part.contains(event.relatedTarget)) return;
    lookAway();
    hide();
  }

  document.addEventListener("pointerover", (event) => event.pointerType !== "touch" && enter(event));
  document.addEventListener("pointerout", leave);
  document.addEventListener("focusin", (event) => event.target.matches?.(":focus-visible") && enter(event));
  document.addEventListener("focusout", leave);
  document.addEventListener("scroll", hide, { capture: true, passive: true });
  document.addEventListener("htmx:afterSettle", () => {
    const still = shownFor && document.getElementById(shownFor);
    if (still && still.matches(":hover, :focus-visible")) {
      look(still);
      show(still);
    } else hide();
  });

  // A screen reader hears how many there are of what when that changes, not the whole board again

  let heard = document.getElementById("board-summary")?.textContent;
  document.addEventListener("htmx:afterSettle", () => {
    const summary = document.getElementById("board-summary")?.textContent;
    const said = document.getElementById("board-said");
    if (summary && said && summary !== heard) said.textContent = heard = summary;
  });

  // Arrow keys walk to the next part of the picture in that direction

  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function middle(part) {
    const at = (part.querySelector(".badge") || part).getBoundingClientRect();
    return [at.left + at.width / 2, at.top + at.height / 2];
  }

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") hide();
    const here = event.target.closest?.(PARTS);
    const way = WAYS[event.key];
    if (!here || !way) return;
    const [x, y] = middle(here);
    let best = null;
    let least = Infinity;
    for (const part of here.closest(".chain").querySelectorAll("a")) {
      const [px, py] = middle(part);
      const along = (px - x) * way[0] + (py - y) * way[1];
      const across = Math.abs((px - x) * way[1]) + Math.abs((py - y) * way[0]);
      if (part !== here && along > 4 && along + 2.5 * across < least) {
        least = along + 2.5 * across;
        best = part;
      }
    }
    if (best) {
      event.preventDefault();
      best.focus({ preventScroll: true });
      best.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  });

  // A chain that scrolls in its own window opens at the client

  const large = document.querySelector(".chain-scroll > .large");
  const start = large?.querySelector(".area.here") || large?.querySelector(".area.client");
  if (start) {
    const frame = large.parentElement;
    const at = start.getBoundingClientRect();
    const seen = frame.getBoundingClientRect();
    frame.scrollTop += at.top + at.height / 2 - seen.top - seen.height / 2;
    if (start.matches(".here")) frame.scrollLeft += at.left + at.width / 2 - seen.left - seen.width / 2;
  }

  // Projector: F fills the screen

  if (document.documentElement.classList.contains("projector")) {
    const fill = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "f" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches("input, textarea, select")) {
        event.preventDefault();
        fill().catch(() => {});
      }
    });
    for (const button of document.querySelectorAll("[data-full-screen]")) button.hidden = !document.fullscreenEnabled;
    document.addEventListener("click", (event) => event.target.closest("[data-full-screen]") && fill().catch(() => {}));
  }
})();
