// A chart that always shows the newest state of its model: one draws at a time, the latest wins.
// Plotly's own FigureWidget sends changes one by one; those that arrive while the browser is
// still loading it are lost, and the chart then stays behind its controls.

const library = (globalThis.compareChartLibrary ??= Promise.withResolvers
  ? Promise.withResolvers()
  : (() => {
      const deferred = {};
      deferred.promise = new Promise((resolve) => (deferred.resolve = resolve));
      return deferred;
    })());

// Starting the library takes most of a second, in which no other widget can load its module, and
// anywidget waits 2 seconds for one: the others go first. (Safari has no idle callbacks.)
const idle = () =>
  new Promise((resolve) =>
    globalThis.requestIdleCallback
      ? requestIdleCallback(resolve, { timeout: 500 })
      : setTimeout(resolve),
  );

// The app serves the library as a file, which the browser keeps; elsewhere the page's first chart
// brings it.
const file = () => document.getElementById("tc-chart-library")?.href;

async function provide(source) {
  const address = file();
  if (library.given || !(address || source.byteLength)) return;
  library.given = true;
  await idle();
  library.resolve(address ? loaded(address) : started(source));
}

function loaded(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => idle().then(() => resolve(globalThis.Plotly));
    script.onerror = reject;
    document.head.append(script);
  });
}

async function started(source) {
  const module = { exports: {} };
  const code = new TextDecoder().decode(source);
  new Function("module", "exports", "define", code)(module, module.exports, undefined);
  await idle();
  return module.exports;
}

// Charts are drawn one after the other, each painted before the next begins: the first to arrive
// is the one above the others.
const turn = (globalThis.compareChartTurn ??= { last: Promise.resolve() });

function inTurn(act) {
  const done = turn.last.then(act);
  turn.last = done.then(painted, painted);
  return done;
}

function painted() {
  if (document.hidden) return undefined;
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

const CONFIG = {
  displaylogo: false,
  showSendToCloud: false,
  typesetMath: false,
  modeBarButtonsToRemove: ["sendChartToCloud", "select2d", "lasso2d"],
};

// Narrower, its texts would lie on each other: it is scrolled instead. Charts that are made for a
// phone say their own (`meta.least_width`).
const LEAST_WIDTH = 720;

// Pixels between the margins of a sheet of A4, on which the style sheet shrinks every chart to 85
// percent.
const PAPER = 780;
// A chart a little too high to share the first sheet is shrunk further.
const SHEET = 870;

async function render({ model, el }) {
  const drawing = await find(model, model.get("drawing"));
  const library_ = model.get("library");
  const plot = document.createElement("div");
  plot.style.width = "100%";
  el.classList.add("tc-chart");
  el.appendChild(plot);
  // What the app sent ahead of this chart stands until it is drawn, or is to be another one.
  const ahead = document.querySelector(`.tc-first [data-drawing="${drawing.model_id}"]`);
  const still = ahead?.cloneNode(true);
  if (still && !document.documentElement.classList.contains("tc-carried")) el.prepend(still);
  const give = () => still?.remove();
  drawing.on("change:value", give);
  let wanted = false;
  let busy = false;
  let drawnBy; // before paper there is no time to wait for the library

  // The file of the library, 5 MB, is asked for by the first chart that has something to show.
  async function draw() {
    wanted = true;
    if (busy || !(drawnBy || reserve().filled)) return;
    provide(library_);
    busy = true;
    try {
      const plotly = await library.promise;
      while (wanted) await inTurn(() => react(plotly));
    } catch (error) {
      plot.textContent = "This chart could not be drawn: reload the page. Its numbers stand in a table.";
      throw error;
    } finally {
      busy = false;
    }
  }

  async function react(plotly) {
    wanted = false;
    const { data, layout } = reserve();
    delete layout.height;
    plot.setAttribute("role", "figure");
    plot.setAttribute("aria-label", model.get("label"));
    await plotly.react(plot, data, layout, CONFIG);
    drawnBy = plotly;
    give();
  }

  // The room that the chart will take, so that nothing below it jumps.
  function reserve() {
    const { data, layout } = JSON.parse(drawing.get("value"));
    const filled = Boolean(data.length || layout.annotations?.length);
    plot.style.display = filled ? "" : "none";
    plot.style.height = `${layout.height ?? 0}px`;
    plot.style.minWidth = `${layout.meta?.least_width ?? LEAST_WIDTH}px`;
    return { data, layout, filled };
  }

  // Paper would cut what is wider: drawn as narrow as it may be, and shrunk where that is too wide.
  const shrink = () => {
    if (!drawnBy || !plot.offsetWidth) return;
    const tall = plot.offsetHeight / SHEET;
    const room = PAPER * (tall > 1 && tall < 1.3 ? tall : 1);
    const width = Math.max(room, parseFloat(plot.style.minWidth));
    drawnBy.relayout(plot, { width });
    plot.style.setProperty("--tc-paper", PAPER / width);
  };
  const widen = () => plot.offsetWidth && drawnBy?.Plots.resize(plot);
  addEventListener("beforeprint", shrink);
  addEventListener("afterprint", widen);
  drawing.on("change:value", draw);
  if (library_.byteLength) provide(library_);
  draw();
  const observer = new ResizeObserver(() => {
    el.tabIndex = el.scrollWidth > el.clientWidth ? 0 : -1;
    if (plot.offsetWidth && plot.data) library.promise.then((p) => p.Plots.resize(plot));
  });
  observer.observe(plot);
  observer.observe(el);
  return () => {
    observer.disconnect();
    removeEventListener("beforeprint", shrink);
    removeEventListener("afterprint", widen);
    drawing.off("change:value", draw);
    drawing.off("change:value", give);
    library.promise.then((p) => p.purge(plot));
  };
}

export default { render };
