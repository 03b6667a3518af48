// A list that is searched by typing, by the names and other words of its choices; empty, it shows
// all of them by groups. It reads and sets a dropdown of ipywidgets: see `chart.py` for why.

async function render({ model, el }) {
  const choice = await find(model, model.get("choice"));
  const id = `tc-list-${choice.model_id}`;
  const field = document.createElement("div");
  const label = document.createElement("label");
  const box = document.createElement("span");
  const input = document.createElement("input");
  const list = document.createElement("ul");
  el.classList.add("tc-find");
  field.className = "tc-field";
  label.textContent = model.get("label");
  box.className = "tc-search";
  list.className = "tc-found";
  input.id = label.htmlFor = id;
  list.id = `${id}-all`;
  input.autocomplete = "off";
  for (const [name, value] of [
    ["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id],
  ]) input.setAttribute(name, value);
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", model.get("label"));
  box.append(input, list);
  field.append(label, box);
  el.append(field);

  const names = () => choice.get("_options_labels");
  const group = (name) => model.get("about")[name]?.[0] ?? "";
  const chosen = () => names()[choice.get("index")] ?? "";
  // What the closed box says: the name, or the short one where the name would be cut.
  let closed = "";

  // Choices on show, by their places, and the one of them that Enter takes.
  let found = [];
  let at = 0;
  let open = false;

  function offer() {
    const entries = names().map((name) => ({ name, words: model.get("about")[name] ?? [] }));
    const all = !input.value.trim() || input.value === closed;
    found = all
      ? entries
          .map(({ name }, place) => ({ place, word: name }))
          .sort((one, other) => group(one.word).localeCompare(group(other.word)))
      : search(entries, input.value);
    at = Math.max(0, found.findIndex(({ place }) => all && place === choice.get("index")));
    let last = "";
    const shown = found.flatMap(({ place, word }, i) => {
      const { name } = entries[place];
      const option = document.createElement("li");
      option.id = `${list.id}-${i}`;
      option.setAttribute("role", "option");
      option.textContent = word === name ? name : `${name} (${word})`;
      option.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(i);
      });
      if (!all || group(name) === last) return [option];
      last = group(name);
      const head = document.createElement("li");
      head.className = "tc-head";
      head.setAttribute("role", "presentation");
      head.textContent = last;
      return [head, option];
    });
    if (!shown.length) {
      const none = document.createElement("li");
      none.className = "tc-head";
      none.setAttribute("role", "presentation");
      none.textContent = "Not in our list: try another word.";
      shown.push(none);
    }
    list.replaceChildren(...shown);
    point();
  }
  function point() {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    const options = [...list.querySelectorAll("[role=option]")];
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    if (open && options[at]) {
      input.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }
  function show() {
    open = true;
    offer();
  }
  function close() {
    open = false;
    input.value = closed = input.title = chosen();
    const short = model.get("about")[chosen()]?.[1];
    if (short && input.scrollWidth > input.clientWidth) input.value = closed = short;
    point();
  }
  function take(i) {
    choice.set("index", found[i].place);
    choice.save_changes();
    close();
    input.select();
  }
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", show);
  input.addEventListener("input", show);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    // JupyterLab has keys of its own.
    event.stopPropagation();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") return close();
    if (event.key === "Enter" && open && found.length) return take(at);
    if (!step) return;
    event.preventDefault();
    if (!open) return show();
    if (found.length) at = (at + step + found.length) % found.length;
    point();
  });
  const follow = () => open || close();
  choice.on("change:index change:_options_labels", follow);
  close();
  return () => choice.off("change:index change:_options_labels", follow);
}

export default { render };
