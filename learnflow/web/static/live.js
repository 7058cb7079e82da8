// What the worker pushes. A hidden tab closes its connection: browsers have few of them for one host.

const NAMES = ["health", "figures", "struggle", "mastery", "progress", "answer", "feedback"];
const AGAIN = 3000;

/** Listen once `follow` says to whom; `heard(name, content)` for each event, `changed(connected)` when the connection comes or goes. */
export function listen(heard, changed) {
  let source = null;
  let timer = 0;
  let address = null;

  function open() {
    clearTimeout(timer);
    if (source || document.hidden || !address) return;
    source = new EventSource(address);
    source.addEventListener("open", () => changed(true));
    source.addEventListener("error", () => {
      changed(false);
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

  /** Hear of one student alone, with all words, or, without one, of everybody. */
  function follow(student) {
    const wanted = student === null ? "/api/events" : `/api/events?student=${encodeURIComponent(student)}`;
    if (wanted !== address) close();
    address = wanted;
    open();
  }

  function stop() {
    close();
    address = null;
    changed(false);
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  return { follow, stop };
}
