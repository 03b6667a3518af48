// A list that is searched by typing, by the names and other words of its choices; empty, it shows
// all of them by groups. It reads and sets a dropdown of ipywidgets: see `chart.py` for why.

async function render({ model, el }) {
  const choice = await find(model, model.get("choice"));
  const name = model.get("label");
  const { field, input, list } = searchField(`tc-list-${choice.model_id}`, name, name);
  el.classList.add("tc-find");
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

  function heading(words) {
    const head = make("li", "tc-head", words);
    head.setAttribute("role", "presentation");
    return head;
  }
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
      const option = foundOption(list, i, name, word, take);
      if (!all || group(name) === last) return [option];
      last = group(name);
      return [heading(last), option];
    });
    if (!shown.length) shown.push(heading("Not in our list: try another word."));
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
