// Keeps a page that shows something moving up to date, while nobody writes on it. Pages work the same without it.
(() => {
  const main = document.querySelector("main[data-refresh]");
  if (!main) return;
  const seconds = Number(main.dataset.refresh);
  const busy = () => document.hidden || main.querySelector("details[open]") !== null
    || (document.activeElement !== null && main.contains(document.activeElement));
  const look = async () => {
    if (busy()) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "error" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
      if (fresh === null || busy()) return;
      main.replaceChildren(...fresh.childNodes);
      if (!fresh.dataset.refresh) clearInterval(timer);
    } catch {
      // The console is away for a moment; the next look may find it.
    }
  };
  const timer = setInterval(look, seconds * 1000);
})();
