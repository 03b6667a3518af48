// What is typed, found among names and other words, and the box for it: shared by the searches of a
// page.

const MOST = 8;
const SLIP = 5; // letters from which one may be wrong
const plain = (text) => {
  const bare = text.normalize("NFD").replace(/[\p{M}'’]/gu, "").toLowerCase();
  return ` ${bare.replace(/[^\p{L}\p{N}]+/gu, " ").trim()} `;
};

/** Whether a word begins as typed, but for one letter: wrong, missing, too many, or two swapped. */
function near(typed, word) {
  let i = 0;
  while (i < typed.length && typed[i] === word[i]) i += 1;
  if (i === typed.length) return true;
  if (i === 0 || typed.length < SLIP) return false;
  const [wrong, next = "", ...rest] = typed.slice(i);
  const [now, later] = [word.slice(i), word.slice(i + 1)];
  const left = next + rest.join("");
  return (
    later.startsWith(left) || later.startsWith(wrong + left) || now.startsWith(left) ||
    now.startsWith(next + wrong + rest.join(""))
  );
}

// Each is tried where those before it find nothing: as typed; the beginnings of words; with one slip
// a whole word, then the beginning of one.
const each = (wanted, holds) => wanted.split(" ").slice(1).every(holds);
const slip = (most) => (wanted, word) =>
  each(wanted, (part) =>
    word.split(" ").some((one) => one.length <= part.length + most && near(part, one)));
const WAYS = [
  (wanted, word) => word.includes(wanted),
  (wanted, word) => each(wanted, (part) => word.includes(` ${part}`)),
  slip(1),
  slip(Infinity),
];

/** Places of what has a name or another word that begins so, best first, with the word found. */
export function search(entries, typed) {
  const wanted = plain(typed).trimEnd();
  if (!wanted) return [];
  for (const way of WAYS) {
    const found = entries.flatMap(({ name, words }, place) => {
      const fits = [name, ...words].filter((word) => way(wanted, plain(word)));
      if (!fits.length) return [];
      const first = fits.find((word) => plain(word).startsWith(wanted));
      const rank = !first ? 2 : plain(first).trimEnd() === wanted ? 0 : 1;
      return [{ place, word: first ?? fits[0], rank }];
    });
    if (found.length) return found.sort((one, other) => one.rank - other.rank).slice(0, MOST);
  }
  return [];
}

/** An element with a class and words. */
function make(kind, name, text = "") {
  const element = document.createElement(kind);
  element.className = name;
  element.textContent = text;
  return element;
}

/** A field under its name, with a list of what is found for what is typed into it. */
function searchField(id, name, found) {
  const [field, label] = [make("div", "tc-field"), make("label", "", name)];
  const [box, input, list] = [make("span", "tc-search"), make("input", ""), make("ul", "tc-found")];
  input.id = label.htmlFor = id;
  list.id = `${id}-list`;
  input.autocomplete = "off";
  for (const [key, value] of [
    ["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id],
  ]) input.setAttribute(key, value);
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", found);
  box.append(input, list);
  field.append(label, box);
  return { field, box, input, list };
}

/** The i-th of what is found, which a press takes. */
function foundOption(list, i, name, word, take) {
  const option = make("li", "", word === name ? name : `${name} (${word})`);
  option.id = `${list.id}-${i}`;
  option.setAttribute("role", "option");
  option.addEventListener("mousedown", (event) => {
    event.preventDefault();
    take(i);
  });
  return option;
}
