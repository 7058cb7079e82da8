// What the worker pushes. A hidden tab closes its connection: browsers have few of them for one host.

const NAMES = ["health", "figures", "struggle", "mastery", "answer"];
const AGAIN = 3000;

/** Listen; `heard(name, content)` for each event, `changed(connected, again)` when the connection comes or goes. */
export function listen(heard, changed) {
  let source = null;
  let timer = 0;
  let before = false;

  function open() {
    clearTimeout(timer);
    if (source || document.hidden) return;
    source = new EventSource("/api/events");
    source.addEventListener("open", () => {
      changed(true, before);
      before = true;
    });
    source.addEventListener("error", () => {
      changed(false, before);
      if (source?.readyState === EventSource.CLOSED) {
        source = null;
        timer = setTimeout(open, AGAIN);
      }
    });
    for (const name of NAMES) source.addEventListener(name, (event) => heard(name, JSON.parse(event.data)));
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  open();
  return { open, close };
}
