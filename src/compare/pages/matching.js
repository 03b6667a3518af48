// What is typed, found among names and other words: shared by the searches of a page.

const MOST = 8;
const plain = (text) => ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim()} `;

/** Places of what has a name or another word that begins so, best first, with the word found. */
export function search(entries, typed) {
  const wanted = plain(typed).trimEnd();
  if (!wanted) return [];
  return entries
    .flatMap(({ name, words }, place) => {
      const fits = [name, ...words].filter((word) => plain(word).includes(wanted));
      if (!fits.length) return [];
      const first = fits.find((word) => plain(word).startsWith(wanted));
      const rank = !first ? 2 : plain(first).trimEnd() === wanted ? 0 : 1;
      return [{ place, word: first ?? fits[0], rank }];
    })
    .sort((one, other) => one.rank - other.rank)
    .slice(0, MOST);
}
