// Keeps a page that shows something moving up to date, while nobody writes on it. Pages work the same without it.
(() => {
  const main = document.querySelector("main[data-refresh], main[data-live]");
  if (!main) return;
  const retryMs = 5000;
  let stale = false, looking = false, stream = null, polling = 0;
  const touched = () => main.querySelector("details[open]") !== null
    || (document.activeElement !== null && main.contains(document.activeElement));
  // What is under review is never exchanged under somebody's hand: the button would mean another packet.
  const packet = (part) => part.querySelector("input[name=packet]")?.value;
  const say = (words) => {
    if (main.querySelector(".replaced") !== null) return;
    const note = document.createElement("p");
    note.className = "note replaced";
    note.setAttribute("role", "status");
    note.textContent = words;
    main.prepend(note);
  };
  const look = async () => {
    if (!stale || looking || document.hidden) return;
    looking = true;
    stale = false;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html", "x-by-itself": "1" }, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) {
        say("You are not signed in any more; load this page anew.");
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok ? page.querySelector("main") : null;
      if (fresh === null) stale = true;
      else if (packet(main) && packet(main) !== packet(fresh)) say("What you are reading was replaced; load this page anew.");
      else if (touched()) stale = true;
      else main.replaceChildren(...fresh.childNodes);
    } catch {
      stale = true;  // the console is away for a moment; the next look may find it
    } finally {
      looking = false;
    }
  };
  const moved = () => { stale = true; look(); };
  // A hidden page listens to nothing: a browser keeps only six connections to one address.
  const listen = () => {
    if (document.hidden) {
      stream?.close();
      stream = null;
    } else if (stream === null && main.dataset.live) {
      stream = new EventSource(main.dataset.live);
      stream.onmessage = moved;
      stream.onerror = () => {
        if (stream === null || stream.readyState !== EventSource.CLOSED) return;
        stream = null;  // refused: it looks from time to time, and so finds out whether it may
        clearInterval(polling);
        polling = setInterval(moved, 15000);
        moved();
      };
    }
  };
  document.addEventListener("visibilitychange", () => { listen(); if (!document.hidden) moved(); });
  listen();
  setInterval(look, retryMs);
  if (main.dataset.refresh) polling = setInterval(moved, Number(main.dataset.refresh) * 1000);
})();
