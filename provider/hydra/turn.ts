// Lets so many go on at once; the others wait in order. Knows nothing of what goes on.

/** Gives a turn, and with it the way to hand it on. Rejects by the signal's reason when it is aborted before. */
export type Turns = (signal: AbortSignal | undefined) => Promise<() => void>;

export function createTurns(most: number): Turns {
  let free = most;
  const waiting = new Set<() => void>();
  const leave = () => {
    const [next] = waiting;
    if (next === undefined) free++;
    else next();
  };
  return async (signal) => {
    signal?.throwIfAborted();
    if (free > 0) {
      free--;
      return leave;
    }
    return new Promise((resolve, reject) => {
      const end = () => {
        waiting.delete(begin);
        signal?.removeEventListener("abort", callOff);
      };
      const begin = () => {
        end();
        resolve(leave);
      };
      const callOff = () => {
        end();
        reject(signal?.reason);
      };
      waiting.add(begin);
      signal?.addEventListener("abort", callOff);
    });
  };
}
