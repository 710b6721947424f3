// How long tokens may be valid. What a program leaves out is the server's to bound, and not judged here.
import { isPublic, type Registration, type Rule } from "./rule";

/** The longest lifespans that the house allows, in hours. Change them to yours. */
export const longest = { accessToken: 1, refreshToken: 720, publicRefreshToken: 24 };

export const lifespanRules: readonly Rule[] = [
  {
    name: "short-access-tokens",
    clause: "4.14",
    summary: `Access tokens live ${longest.accessToken} hour at most; where more is needed, a refresh token gets new ones`,
    level: "mandatory",
    kinds: ["OAuth2Client", "ClientLifespans"],
    violations: (registration) => tooLong(registration, /AccessTokenLifespan$/, longest.accessToken),
  },
  {
    name: "refresh-tokens-expire",
    clause: "4.14.2",
    summary: `Refresh tokens expire ${longest.refreshToken} hours after their last use, those of public clients after ${longest.publicRefreshToken}`,
    level: "mandatory",
    kinds: ["OAuth2Client", "ClientLifespans"],
    violations: (registration) =>
      tooLong(
        registration,
        /RefreshTokenLifespan$/,
        isPublic(registration) ? longest.publicRefreshToken : longest.refreshToken,
      ),
  },
];

function tooLong(registration: Registration, fields: RegExp, hours: number): string[] {
  return Object.entries(registration)
    .filter(([field, value]) => fields.test(field) && typeof value === "string" && hoursIn(value) > hours)
    .map(([field, value]) => `${field} is ${value}: at most ${hours}h`);
}

const unit: Record<string, number> = { h: 1, m: 60, s: 3600, ms: 3.6e6, us: 3.6e9, µs: 3.6e9, ns: 3.6e12 };

/** The hours in a Go duration such as `1h30m`. */
function hoursIn(duration: string): number {
  return [...duration.matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g)].reduce(
    (sum, [, count, name = "h"]) => sum + Number(count) / (unit[name] ?? 1),
    0,
  );
}
