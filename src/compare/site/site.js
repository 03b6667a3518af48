// The site's one script: state -> pick the pre-made cells -> show. Nothing is computed here, and
// nothing is asked of anybody: a condition's cells come as a script of their own.
"use strict";
const tc = {
  made: {}, // cells by page and condition
  take(page, condition, cells) { tc.made[page + "-" + condition] = cells; },
};

// ---- pick ----

const band = (firsts, age) => firsts.filter((first) => first <= age).length - 1;

/** One mask of what the history holds of these factors. */
const mask = (bits, history) => history.reduce((all, factor) => all | (bits[factor] || 0), 0);

/** The page at a weight: the first one, and every change up to it. */
tc.played = (words, steps, weight) => {
  const shown = [];
  for (const [at, splices] of steps) {
    if (at > weight) break;
    for (const [place, gone, ...come] of splices) shown.splice(place, gone, ...come);
  }
  return shown.map((number) => words[number]).join("");
};

tc.picked = (cells, state) => {
  if (cells.html !== undefined) return cells.html;
  if (cells.first) {
    const at = cells.first.findIndex((factor) => state.history.includes(factor));
    return tc.played(cells.words, cells.steps, at + 1);
  }
  const chain = cells.which[band(cells.ages, state.age)][mask(cells.bits, state.history)];
  return tc.played(cells.words, cells.chains[chain], state.weight);
};

/** What history says of the options, by therapy: lines, and whether every product is barred. */
tc.marked = (cells, state) => {
  const told = cells.bands[band(cells.ages, state.age)][band(cells.kilograms, state.weight)];
  const part = (name) => cells.parts[told[name]];
  const { every, lines, bars } = part("marks");
  const given = ["", ...state.history];
  const closed = new Set(state.history.flatMap((f) => [f, ...tc.relations[f].implies]));
  for (const factor of [...closed]) tc.relations[factor].excludes.forEach((f) => closed.add(f));
  const found = {};
  for (const therapy of part("rows")) {
    const numbers = given.flatMap((f) => (lines[f] || {})[therapy] || []);
    const own = [...new Set(numbers)].map((number) => every[number]);
    const kept = own.filter((line) => line[6] !== "ask" || !closed.has(line[5]));
    kept.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    const rows = [];
    for (const line of kept) {
      const last = rows[rows.length - 1];
      if (!line[4]) rows.push({ html: line[3] });
      else if (last && last.rank === line[0]) last.html += "; " + line[4];
      else rows.push({ rank: line[0], html: line[3] + line[4] });
    }
    const barred = new Set(given.flatMap((f) => (bars[f] || {})[therapy] || []));
    found[therapy] = {
      html: (rows.map((row) => row.html).join("<br>") || part("none")) + part("everyone")[therapy],
      struck: barred.size > 0 && barred.size === part("of")[therapy],
    };
  }
  return { found, rows: part("rows"), orders: part("order"), answers: part("answers") };
};

/** The answer; of a history of several, one for each thing in it. */
tc.answer = (cells, state, answers) => {
  const asked = state.history.filter((factor) => factor in cells.asked);
  const rest = state.history.filter((factor) => !(factor in cells.asked));
  const here = answers[mask(cells.asked, asked)];
  const said = (factor) => (here[factor] || here[""]).map((at) => cells.words[at]).join(" ");
  if (rest.length < 2) return said(rest[0] || "");
  return rest.map((f) => "<b>" + tc.safe(tc.factors[f].name) + ", taken alone:</b> " + said(f)).join("<br>");
};

// ---- show ----

tc.safe = (words) => {
  const box = document.createElement("i");
  box.textContent = words;
  return box.innerHTML;
};

tc.showOptions = (box, cells, state) => {
  const { found, rows, orders, answers } = tc.marked(cells, state);
  box.innerHTML = '<div class="tc-finding tc-panel"></div>' + tc.picked(cells, state);
  box.firstChild.innerHTML = tc.answer(cells, state, answers);
  const body = box.querySelector(".tc-picture tbody");
  if (!body) return;
  const row = Object.fromEntries(rows.map((therapy, at) => [therapy, body.rows[at]]));
  const order = orders[mask(cells.asked, state.history)];
  for (const struck of [false, true])
    for (const [therapy, authority] of order) {
      if (found[therapy].struck !== struck) continue;
      row[therapy].cells[1].innerHTML = authority;
      row[therapy].cells[2].innerHTML = found[therapy].html;
      row[therapy].removeAttribute("class");
      if (struck) row[therapy].className = "tc-struck";
      body.append(row[therapy]);
    }
};

/** Show a state; resolves when it stands there. What was unfolded stays so. */
tc.show = async (state) => {
  const page = document.body.dataset.page;
  const box = document.getElementById("shown");
  const wrong = tc.wrong(state);
  document.getElementById("wrong").textContent = wrong;
  if (wrong) { box.innerHTML = ""; return; }
  box.setAttribute("aria-busy", "true");
  const asked = (tc.asked = JSON.stringify(state));
  const cells = await tc.load(page, document.body.dataset.alone || state.condition).catch(() => null);
  if (asked !== tc.asked) return; // the reader has gone on
  box.removeAttribute("aria-busy");
  if (!cells) {
    box.innerHTML = "";
    document.getElementById("wrong").textContent = "The file of this page is missing: copy the whole folder.";
    return;
  }
  const open = [...box.querySelectorAll("details")].map((one) => one.open);
  if (page === "options") tc.showOptions(box, cells, state);
  else box.innerHTML = tc.picked(cells, state);
  box.querySelectorAll("details").forEach((one, at) => { one.open = Boolean(open[at]); });
};

tc.load = (page, condition) => new Promise((done, failed) => {
  const name = page + "-" + condition;
  if (tc.made[name]) { done(tc.made[name]); return; }
  const script = document.createElement("script");
  script.src = "data/" + name + ".js";
  script.onload = () => done(tc.made[name]);
  script.onerror = failed;
  document.head.append(script);
});

tc.wrong = (state) => {
  const [least, most] = tc.weights;
  if (!(Number.isInteger(state.weight) && state.weight >= least && state.weight <= most))
    return `Enter a weight in whole kilograms from ${least} to ${most}.`;
  if (!(state.age >= 0 && state.age <= 120)) return "Enter an age from 0 to 120 years.";
  return "";
};

// ---- the strip ----

const opening = (condition) => ({ condition, ...tc.conditions[condition].usual, history: [] });

tc.start = () => {
  const get = (id) => document.getElementById(id);
  let own = new Set();
  let state = opening(document.body.dataset.opening);
  let said = "";

  const read = () => {
    const told = new URLSearchParams(location.hash.slice(1));
    const condition = told.get("condition");
    if (!tc.conditions[condition]) return;
    const usual = new Set((told.get("usual") || "").split(","));
    state = opening(condition);
    own = new Set(["condition", "weight", "age", "history"].filter((name) => told.has(name) && !usual.has(name)));
    for (const name of ["weight", "age"]) if (told.has(name)) state[name] = Number(told.get(name));
    state.history = (told.get("history") || "").split(",").filter((f) => tc.factors[f]);
  };

  const address = () => {
    const told = { condition: state.condition, weight: state.weight, age: state.age };
    if (state.history.length) told.history = [...state.history].sort().join(",");
    const usual = ["condition", "weight", "age", "history"].filter((name) => !own.has(name));
    if (usual.length) told.usual = usual.join(",");
    return "#" + new URLSearchParams(told).toString().replaceAll("%2C", ",");
  };

  const add = (factor) => {
    const gone = state.history.filter((f) => tc.relations[factor].excludes.includes(f));
    said = gone.length ? "Taken off, since both cannot be: " + gone.map((f) => tc.factors[f].name).join(" and ") + ". " : "";
    state.history = [...state.history.filter((f) => f !== factor && !gone.includes(f)), factor];
  };
  const remove = (factor) => { state.history = state.history.filter((f) => f !== factor); };

  const implied = () => {
    const told = [];
    for (const f of state.history)
      for (const other of tc.relations[f].implies)
        if (!state.history.includes(other)) told.push(`${tc.names[other]} (implied by ${tc.factors[f].name})`);
    for (const [name, first] of tc.assumed) if (state.age >= first) told.push(`${name} (age ${state.age})`);
    return told.length ? "Counts as well: " + [...new Set(told)].join("; ") + "." : "";
  };

  const draw = () => {
    get("condition").value = state.condition;
    for (const id of ["weight", "slider"]) get(id).value = state.weight;
    get("age").value = state.age;
    get("chips").replaceChildren(...state.history.map((factor) => {
      const chip = document.createElement("span");
      chip.className = "tc-chip";
      chip.textContent = tc.factors[factor].name;
      const off = document.createElement("button");
      off.type = "button"; // else Enter in the search would press it
      off.textContent = "×";
      off.setAttribute("aria-label", "Remove " + tc.factors[factor].name);
      off.onclick = () => change("history", () => remove(factor));
      chip.append(off);
      return chip;
    }));
    get("asked").replaceChildren(...tc.conditions[state.condition].asked.map((factor) => {
      const label = document.createElement("label");
      const tick = document.createElement("input");
      tick.type = "checkbox";
      tick.checked = state.history.includes(factor);
      tick.onchange = () => change("history", () => (tick.checked ? add(factor) : remove(factor)));
      label.append(tick, " " + tc.factors[factor].name);
      return label;
    }));
    if (get("asked").childElementCount) get("asked").prepend("Labels here ask for: ");
    get("said").textContent = said + implied();
    const history = state.history.map((f) => tc.factors[f].name).join("; ") || "nothing entered";
    const { depends } = document.body.dataset;
    const fixed = { condition: "weight, age and history change nothing on this page", nothing: "nothing entered above changes this page" };
    const who = depends === "history" ? "weight and age change nothing on this page" : `${state.weight} kg, ${state.age} years`;
    get("who").textContent = `${tc.conditions[state.condition].name}; ${fixed[depends] || `${who}; history: ${history}`}.`;
    history_(address());
    document.querySelectorAll("nav a").forEach((a) => { a.hash = address(); });
    return tc.show(state);
  };
  const history_ = (hash) => window.history.replaceState(null, "", hash);

  const change = (name, act) => {
    own.add(name);
    said = "";
    act();
    return draw();
  };

  get("condition").onchange = () => change("condition", () => {
    const condition = get("condition").value;
    const usual = opening(condition);
    for (const name of ["weight", "age"]) if (!own.has(name)) state[name] = usual[name];
    state.condition = condition;
  });
  for (const id of ["weight", "slider"])
    get(id).oninput = () => change("weight", () => { state.weight = get(id).valueAsNumber; });
  get("age").oninput = () => change("age", () => { state.age = get("age").valueAsNumber; });
  get("search").onchange = () => {
    const typed = get("search").value.trim().toLowerCase();
    const found = Object.keys(tc.factors).find((f) => tc.factors[f].name.toLowerCase() === typed);
    if (!found) return;
    get("search").value = "";
    change("history", () => add(found));
  };
  get("new").onclick = () => { own = new Set(); said = ""; state = opening(document.body.dataset.opening); draw(); };
  window.onhashchange = () => { read(); draw(); };
  const days = Math.floor((Date.now() - Date.parse(document.body.dataset.date)) / 864e5);
  if (days > 0) get("days").textContent = ` That is ${days} days ago.`;
  window.onbeforeprint = () => document.querySelectorAll("details").forEach((one) => { one.open = true; });
  get("factors").innerHTML = tc.suggested;
  for (const id of ["weight", "slider"]) [get(id).min, get(id).max] = tc.weights;
  read();
  return draw();
};
document.addEventListener("DOMContentLoaded", () => { tc.ready = tc.start(); });
