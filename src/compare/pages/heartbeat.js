// Asks the page's own Python for an answer each second, and marks the page while none comes: a
// figure that no longer follows its settings must not pass for one that does.
//
// Asked and answered through a widget of ipywidgets, by custom messages and by its value: a change
// of a value waits for the one before it, and for ever where that one was lost.

const EACH = 1000;
// Without an answer for so long the page is not current; while the kernel says that it is busy, a
// computation is the better explanation.
const LIMIT = 2500;
const BUSY_LIMIT = 20000;
const LOST = ["dead", "restarting", "autorestarting", "terminating"];

const advice = () =>
  document.getElementById("rendered_cells")
    ? "reload this page; settings are then entered anew"
    : "restart the kernel and run all cells; settings are then entered anew";

async function render({ model, el }) {
  const line = await find(model, model.get("line"));
  const all = (name) => Promise.all(model.get(name).map((one) => find(model, one)));
  const [controls, panels] = await Promise.all([all("controls"), all("panels")]);
  const { kernel } = model.widget_manager;
  // Two windows may show one kernel: an answer to the other says nothing of this one's connection.
  const window_ = crypto.getRandomValues(new Uint32Array(1))[0];
  const note = document.createElement("p");
  note.setAttribute("role", "alert");
  note.className = "tc-alert";
  note.popover = "manual";
  note.textContent =
    "Not current: this page has lost touch with the program that computes it, and its figures " +
    `may not belong to the settings. If this does not go away in a few seconds, ${advice()}.`;
  el.appendChild(note);
  let sent = 0;
  let heard = performance.now();
  let last = heard;
  let stale = false;
  let again = 0;

  function mark() {
    again = 0;
    stale = true;
    show();
  }

  // In the top layer it is seen wherever the reader has scrolled to. JupyterLab takes cells that are
  // out of sight off the page, which closes it.
  function show() {
    el.closest(".tc-page")?.classList.add("tc-stale");
    if (note.isConnected && !note.matches(":popover-open")) note.showPopover();
  }

  function unmark() {
    stale = false;
    el.closest(".tc-page")?.classList.remove("tc-stale");
    if (note.matches(":popover-open")) note.hidePopover();
  }

  function ask(whole) {
    sent += 1;
    try {
      line.send({ window: window_, number: sent, whole });
    } catch {
      mark();
    }
    return sent;
  }

  // The answer comes after those to all earlier messages: a control that still waits was not heard.
  function answered() {
    const [to, number] = line.get("value").split(" ").map(Number);
    if (to !== window_) return;
    heard = performance.now();
    if (!stale || unheard(controls)) return;
    // What Python showed meanwhile may be lost as well: all of it is sent anew before the answer.
    if (!again) again = ask(true);
    else if (number >= again) unmark();
  }

  function beat() {
    const now = performance.now();
    // Where the browser itself stood still or slept, Python was not silent: that does not count.
    heard = Math.min(now, heard + Math.max(0, now - last - EACH));
    last = now;
    keep(panels);
    ask(false);
    if (now - heard > (kernel.status === "busy" ? BUSY_LIMIT : LIMIT)) mark();
    else if (stale) show();
  }

  const onStatus = (_, status) => LOST.includes(status) && mark();
  const onConnection = (_, status) => status !== "connected" && mark();
  line.on("change:value", answered);
  kernel.statusChanged.connect(onStatus);
  kernel.connectionStatusChanged.connect(onConnection);
  keep(panels);
  const timer = setInterval(beat, EACH);
  return () => {
    clearInterval(timer);
    line.off("change:value", answered);
    kernel.statusChanged.disconnect(onStatus);
    kernel.connectionStatusChanged.disconnect(onConnection);
  };
}

export default { render };
