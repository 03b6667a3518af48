// The patient's history in the strip, and the patient carried along: from page to page, through a
// reload, and to whom the link is given, in the part of the address after `#`, which no server
// sees, and in the storage of the browser's tab. Own prices are in the latter alone.
//
// Heard and told by the values of widgets of ipywidgets: see `chart.py` for why.

const KEY = "therapy-comparison";
const PRICES = `${KEY}-prices`;
const LINE = `${KEY}-line`;
const LEFT = `${KEY}-left`;
const inApp = () => document.getElementById("rendered_cells") !== null;
const stored = () => sessionStorage.getItem(KEY) || "";
const addressed = () => (inApp() && location.hash.slice(1)) || "";
// Back on an earlier page, or anew on this one, whose address has not what the reader has changed
// since: the same patient as he is by now. One opened from elsewhere is another line.
const returned = () =>
  ["back_forward", "reload"].includes(performance.getEntriesByType("navigation")[0]?.type) &&
  history.state?.line && history.state.line === sessionStorage.getItem(LINE);
const carried = () => (!returned() && addressed()) || stored();

// In a list of which several can be chosen, a click adds or removes one, without a second key.
function several(event) {
  const option = event.target;
  const list = option.closest?.(".tc-many select[multiple]");
  if (!list || option.tagName !== "OPTION") return;
  event.preventDefault();
  const top = list.scrollTop;
  option.selected = !option.selected;
  list.focus();
  list.dispatchEvent(new Event("change", { bubbles: true }));
  requestAnimationFrame(() => { list.scrollTop = top; });
}

// By the id of `wish`: what is called here has no other name in common with what draws.
const carriers = new Map();

/** Carries the patient of one page, from the moment that this window shows it.
 *
 * JupyterLab builds the widgets of a kernel in every window of it: one that does not show the page
 * must neither write its own patient into it nor take its patient over.
 */
async function carrier(model) {
  const names = ["wish", "told", "prices"];
  const [wish, told, prices] = await Promise.all(names.map((name) => find(model, model.get(name))));
  const controls = await Promise.all(model.get("controls").map((one) => find(model, one)));
  let sent = 0;
  let begun = false;
  let again = [];
  let made = "";

  function ask(text) {
    if (!text) sessionStorage.removeItem(KEY);
    sent = Math.max(sent + 1, Date.now());
    const own = sessionStorage.getItem(PRICES);
    wish.set("value", `${sent} ${text}${own ? `\n${own}` : ""}`);
    wish.save_changes();
  }

  // Not before the answer to what was asked: the patient with which the page opens would be written
  // over the one that is carried.
  function keep() {
    const { to, text, set } = JSON.parse(told.get("value"));
    if (to < sent) return;
    document.documentElement.classList.remove("tc-waiting");
    for (const [at, name, value] of again.splice(0)) {
      controls[at].set(name, value);
      controls[at].save_changes();
    }
    if (set) sessionStorage.setItem(KEY, text);
    else sessionStorage.removeItem(KEY);
    if (!inApp()) return;
    const address = location.pathname + location.search + (set ? `#${text}` : "");
    const line = set ? (sessionStorage.getItem(LINE) ?? String(Date.now())) : "";
    if (set) sessionStorage.setItem(LINE, line);
    else sessionStorage.removeItem(LINE);
    history.replaceState({ line }, "", address);
    for (const link of document.querySelectorAll('a[href*=".ipynb"]')) link.hash = text;
  }

  addEventListener("mousedown", several, { capture: true });
  // Only where they change: what another page of this tab has put there stays.
  function keepPrices() {
    const own = prices.get("value");
    if (own) sessionStorage.setItem(PRICES, own);
    else sessionStorage.removeItem(PRICES);
  }

  function forget() {
    sessionStorage.removeItem(PRICES);
    const { text, set } = JSON.parse(told.get("value"));
    ask(set ? text : "");
  }

  // A field tells what was typed into it as it is left, often for the very link that is pressed.
  async function settled() {
    for (let tries = 0; unheard(controls) && tries < 150; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return !unheard(controls);
  }

  async function follow(event) {
    const link = event.target.closest?.('a[href*=".ipynb"]');
    if (!link || !event.isTrusted || !unheard(controls)) return;
    event.preventDefault();
    await settled();
    link.dispatchEvent(new MouseEvent("click", event));
  }

  // A page that is left before Python has heard of a change makes it again where it is loaded anew,
  // with the very patient that it had, not while another is asked for; and only once, since Python
  // may be lost by that very change.
  function leave() {
    sessionStorage.removeItem(LEFT);
    const left = controls.flatMap((control, at) => {
      const name = control.has("index") ? "index" : "value";
      const value = control.get(name);
      const plain = name === "index" || ["number", "boolean"].includes(typeof value);
      return plain && unheard([control]) ? [[at, name, value]] : [];
    });
    const change = JSON.stringify([location.pathname, stored(), left]);
    const another = JSON.parse(told.get("value")).to < sent;
    if (left.length && !another && change !== made) sessionStorage.setItem(LEFT, change);
  }

  function pasted() {
    if (!addressed()) return;
    sessionStorage.removeItem(LINE);
    ask(addressed());
  }

  function begin() {
    if (begun) return;
    begun = true;
    told.on("change:value", keep);
    prices.on("change:value", keepPrices);
    addEventListener("hashchange", pasted);
    if (inApp()) {
      addEventListener("click", follow, { capture: true });
      addEventListener("beforeunload", leave, { capture: true });
    }
    const text = carried();
    made = sessionStorage.getItem(LEFT) ?? "[]";
    sessionStorage.removeItem(LEFT);
    const [path, patient, left] = JSON.parse(made);
    if (path === location.pathname && patient === text && text === stored()) again = left;
    if (text !== stored()) sessionStorage.removeItem(LINE);
    if (text || sessionStorage.getItem(PRICES)) ask(text);
    else keep();
  }

  function end() {
    told.off("change:value", keep);
    removeEventListener("mousedown", several, { capture: true });
    prices.off("change:value", keepPrices);
    removeEventListener("hashchange", pasted);
    removeEventListener("click", follow, { capture: true });
    removeEventListener("beforeunload", leave, { capture: true });
  }
  return { ask, begin, controls, end, forget, settled };
}

function carrierOf(model) {
  const id = model.get("wish");
  if (!carriers.has(id)) carriers.set(id, carrier(model));
  return carriers.get(id);
}

function initialize({ model }) {
  const id = model.get("wish");
  return async () => {
    (await carriers.get(id))?.end();
    carriers.delete(id);
  };
}

// Read aloud by a screen reader, whole, once it changes.
const SPOKEN = [".tc-finding", ".tc-status"].map((name) => `${name}:not([aria-live])`).join();

async function render({ model, el }) {
  const [history_, told] = await Promise.all(["history", "told"].map((name) => find(model, model.get(name))));
  const carrying = await carrierOf(model);
  carrying.begin();
  const entries = model.get("entries");
  const id = `tc-history-${model.model_id ?? Math.random().toString(36).slice(2)}`;
  el.classList.add("tc-history");

  const { field, box, input, list } = searchField(id, "History", "Found");
  input.placeholder = "type: clot, heart, TB";
  const chips = make("span", "tc-chips");
  const row = make("span", "tc-row");
  row.append(box, chips);
  field.append(row);
  const asked = make("div", "tc-asked");
  const said = make("p", "tc-said");
  said.setAttribute("role", "status");
  const acts = make("span", "tc-acts");
  el.append(field, acts, asked, said);

  const chosen = () => [...history_.get("index")];
  function choose(places) {
    history_.set("index", places);
    history_.save_changes();
    draw();
  }
  const add = (place) => choose([...chosen().filter((one) => one !== place), place]);
  const drop = (place) => choose(chosen().filter((one) => one !== place));

  // What was found, and the one of it that Enter takes.
  let found = [];
  let at = 0;
  function offer() {
    found = search(entries, input.value).filter(({ place }) => !chosen().includes(place));
    at = 0;
    list.replaceChildren(
      ...found.map(({ place, word }, i) => foundOption(list, i, entries[place].name, word, take)),
    );
    const nothing = input.value.trim() && !found.length;
    said.textContent = nothing ? "Not in our list: try another word." : message();
    point();
  }
  function point() {
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    [...list.children].forEach((o, i) => o.setAttribute("aria-selected", String(i === at)));
    if (found.length) input.setAttribute("aria-activedescendant", `${list.id}-${at}`);
    else input.removeAttribute("aria-activedescendant");
  }
  function take(i) {
    const { place } = found[i];
    input.value = "";
    add(place);
    offer();
  }
  function close() {
    found = [];
    point();
  }
  input.addEventListener("input", offer);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    // JupyterLab has keys of its own.
    event.stopPropagation();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close();
    else if (event.key === "Backspace" && !input.value && chosen().length) drop(chosen().at(-1));
    else if (found.length && step) at = (at + step + found.length) % found.length;
    else if (found.length && event.key === "Enter") return take(at);
    else return;
    if (step) event.preventDefault();
    point();
  });

  function act(name, does) {
    const button = make("button", "tc-act", name);
    button.type = "button";
    button.addEventListener("click", () => does(button));
    acts.append(button);
    return button;
  }
  const more = act("More", (button) => {
    const part = el.closest(".tc-page").querySelector(".tc-more");
    const open = !part.classList.toggle("tc-hidden");
    button.setAttribute("aria-expanded", String(open));
  });
  more.setAttribute("aria-expanded", "false");
  act("New patient", () => {
    input.value = "";
    offer();
    carrying.ask("");
  });
  if (inApp()) {
    act("Copy link", async (button) => {
      const say = (word) => {
        button.textContent = word;
        setTimeout(() => (button.textContent = "Copy link"), 4000);
      };
      if (!(await carrying.settled())) return say("Not copied");
      const { text } = JSON.parse(told.get("value"));
      const address = `${location.origin}${location.pathname}#${text}`;
      try {
        await navigator.clipboard.writeText(address);
        say("Copied");
      } catch {
        prompt("The link to this patient:", address);
      }
    });
  }

  const own = make("span", "tc-own tc-hidden");
  const count = make("span", "");
  const off = make("button", "", "forget");
  off.type = "button";
  off.setAttribute("aria-label", "Forget own prices");
  off.addEventListener("click", () => {
    carrying.forget();
    input.focus();
  });
  own.append(count, off);
  acts.append(own);

  const message = () => JSON.parse(told.get("value")).said;

  // Of what is typed into a box for a number the browser takes the digits alone (62,5 is 625), and
  // the box its own limit for what lies beyond: instead it keeps what it had, with a word.
  const odd = new Set();
  const refused = make("p", "tc-hint");
  refused.setAttribute("role", "alert");
  const named = (box) => box.labels?.[0]?.textContent ?? "";
  const numbered = (box) =>
    box.type === "number" && el.closest(".tc-page")?.contains(box) &&
    carrying.controls.find((one) => one.has("max") && one.get("description") === named(box));
  function typing({ target, data }) {
    const unit = /\((.*?)\)/.exec(named(target))?.[1].toLowerCase() ?? "";
    const strange = [...(data ?? "").toLowerCase()].some(
      (sign) => !/[\d.\s-]/.test(sign) && !unit.includes(sign),
    );
    if (strange && numbered(target)) odd.add(target);
  }
  function typed({ target }) {
    const control = numbered(target);
    if (!control) return;
    const [low, high] = ["min", "max"].map((name) => control.get(name));
    refused.remove();
    if (!odd.delete(target) && target.value && target.value >= low && target.value <= high) return;
    target.value = ""; // by which it puts back what it had
    refused.textContent =
      `${named(target)}: write one number from ${low} to ${high}, such as ${(low + high) / 4}. ` +
      "What was typed is not used.";
    (target.closest(".widget-hbox") ?? target.parentElement).after(refused);
  }
  addEventListener("beforeinput", typing, { capture: true });
  addEventListener("change", typed, { capture: true });

  function tick(place) {
    const line = make("label", "");
    const box = make("input", "");
    box.type = "checkbox";
    box.checked = chosen().includes(place);
    box.addEventListener("change", () => (box.checked ? add(place) : drop(place)));
    line.append(box, entries[place].name);
    return line;
  }
  function chip(place) {
    const { name, gloss } = entries[place];
    const made = make("span", "tc-chip", name);
    made.title = gloss;
    const off = make("button", "", "×");
    off.type = "button";
    off.setAttribute("aria-label", `Remove ${name}`);
    off.addEventListener("click", () => {
      drop(place);
      input.focus();
    });
    made.append(off);
    return made;
  }

  // What stays is not drawn anew: a box may have the keyboard, and each touch costs a layout.
  let drawn = "";
  let ticks = "";
  function draw() {
    for (const part of document.querySelectorAll(SPOKEN)) {
      part.setAttribute("aria-live", "polite");
      part.setAttribute("aria-atomic", "true");
    }
    refused.remove();
    const state = JSON.parse(told.get("value"));
    const now = JSON.stringify([chosen(), state.asked, state.prices, state.said]);
    if (now === drawn) return;
    drawn = now;
    const free = chosen().filter((place) => !state.asked.includes(place));
    chips.replaceChildren(...free.map(chip));
    // One of a short name fits beside the search; a long one and several have a line of their own.
    if (free.length > 1 || entries[free[0]]?.name.length > 16) asked.before(chips);
    else row.append(chips);
    if (ticks !== String(state.asked)) {
      ticks = String(state.asked);
      asked.replaceChildren(...state.asked.map(tick));
      if (ticks) asked.prepend(make("span", "", "Labels here ask for:"));
    }
    asked.querySelectorAll("input").forEach((box, i) => {
      box.checked = chosen().includes(state.asked[i]);
    });
    own.classList.toggle("tc-hidden", !state.prices);
    count.textContent = `own prices: ${state.prices}`;
    if (!input.value) said.textContent = state.said;
  }
  told.on("change:value", draw);
  history_.on("change:index", draw);
  offer();
  draw();
  return () => {
    removeEventListener("beforeinput", typing, { capture: true });
    removeEventListener("change", typed, { capture: true });
    told.off("change:value", draw);
    history_.off("change:index", draw);
  };
}

export default { initialize, render };
