// What a misspelt word was meant to be. Knows words alone.

/** The known word that is most like a misspelt one; nothing when none is like it. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [plainWord, reach] = [plain(word), word.length < 6 ? 1 : 2];
  const distances = known.map((name) => ({ name, distance: distance(plainWord, plain(name), reach) }));
  const near = distances
    .filter(({ distance }) => distance <= reach)
    .sort((left, right) => left.distance - right.distance);
  return near[0]?.name;
}

/** A word without what separates its parts, in lower case. */
function plain(word: string): string {
  return word
    .slice(0, longest)
    .replaceAll(/[_\-\s]/g, "")
    .toLowerCase();
}

/** No word that is known is longer. */
const longest = 100;

/** How many letters have to be added, left out or changed; more than `most` when it is more than that. */
function distance(left: string, right: string, most: number): number {
  if (Math.abs(left.length - right.length) > most) return most + 1;
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (const [index, letter] of [...left].entries()) {
    const next = [index + 1];
    for (let at = 0; at < right.length; at++) {
      const changed = (row[at] ?? 0) + (letter === right[at] ? 0 : 1);
      next.push(Math.min(changed, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
