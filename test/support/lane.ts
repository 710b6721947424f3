// Knows how to work on many things, some at a time. Knows nothing of what the work is.

/** Runs `work` on each item, `atATime` of them at once, and gives the results in the order of the items. */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  atATime: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const left = items.entries();
  const results: Result[] = [];
  const lane = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atATime }, lane));
  return results;
}
