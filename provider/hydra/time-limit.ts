// A limit of time for work that may also be called off. Knows nothing of the work.

export interface TimeLimit {
  /** Aborted when the time is over, or the work is called off. */
  readonly signal: AbortSignal;
  /** Whether the time is over. */
  isOver(): boolean;
  /** The work has ended. */
  end(): void;
}

/**
 * Begins to count. Unlike AbortSignal.timeout and AbortSignal.any it leaves nothing behind when the work ends in time:
 * their timers and links would stay until the time is over, one for each of thousands of requests.
 */
export function startTimeLimit(milliseconds: number, calledOff: AbortSignal | undefined): TimeLimit {
  const stop = new AbortController();
  let over = false;
  const callOff = () => stop.abort(calledOff?.reason);
  const timer = setTimeout(() => {
    over = true;
    stop.abort();
  }, milliseconds);
  if (calledOff?.aborted) callOff();
  calledOff?.addEventListener("abort", callOff);
  return {
    signal: stop.signal,
    isOver: () => over,
    end: () => {
      clearTimeout(timer);
      calledOff?.removeEventListener("abort", callOff);
    },
  };
}
