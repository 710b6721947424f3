// What an answer says about the limits of calls. Knows the headers, not what is done about them.

/** So many calls in so many milliseconds. */
export interface CallLimit {
  readonly calls: number;
  readonly ms: number;
}

/** What an answer says; each part may be missing. */
export interface Announcement {
  /** `x-ratelimit-limit: 5, 5;w=1, 30;w=60`: here 5 a second and 30 a minute. */
  readonly limits: readonly CallLimit[];
  /** The first number of that header: the limit that `remaining` and `resetMs` are about. */
  readonly calls: number | undefined;
  readonly remaining: number | undefined;
  /** Milliseconds until that limit starts again. Absent where the server says 0: it also does so long before. */
  readonly resetMs: number | undefined;
  /** The milliseconds of Retry-After. */
  readonly retryMs: number | undefined;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What an answer says that says nothing. */
export const silent: Announcement = {
  limits: [],
  calls: undefined,
  remaining: undefined,
  resetMs: undefined,
  retryMs: undefined,
};

/** Reads the headers of an answer; `now` is the time in milliseconds of the epoch. */
export function announcementIn(headers: Headers, now: number): Announcement {
  const limit = headers["x-ratelimit-limit"];
  const [remaining, reset, retry] = [
    headers["x-ratelimit-remaining"],
    headers["x-ratelimit-reset"],
    headers["retry-after"],
  ];
  if (limit === undefined && remaining === undefined && reset === undefined && retry === undefined) return silent;
  const [first = "", ...rest] = String(limit ?? "")
    .slice(0, 1_000)
    .split(",");
  return {
    limits: rest.flatMap(limitOf),
    calls: countOf(first.split(";")[0]),
    remaining: countOf(remaining),
    resetMs: pauseOf(reset, now) || undefined,
    retryMs: pauseOf(retry, now) || undefined,
  };
}

function limitOf(text: string): CallLimit[] {
  const [calls, ...parameters] = text.split(";").map((part) => part.trim());
  const seconds = countOf(parameters.find((parameter) => parameter.startsWith("w="))?.slice(2));
  const count = countOf(calls);
  return count && seconds ? [{ calls: count, ms: seconds * 1000 }] : [];
}

function countOf(value: string | string[] | undefined): number | undefined {
  const text = String(value ?? "").trim();
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The milliseconds that a header asks to wait: seconds, a date, or the second of the epoch at which the wait ends. */
export function pauseOf(value: string | string[] | undefined, now: number): number {
  const text = String(value ?? "");
  if (text === "") return 0;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds > 1e9 ? seconds * 1000 - now : seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
