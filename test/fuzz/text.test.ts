// Knows that what reads texts ends, with any text, in what it promises.

import * as fc from "fast-check";
import { describe, expect } from "vitest";
import { notIgnored, parsePath } from "../../provider/host/path.ts";
import { conceal } from "../../provider/hydra/conceal.ts";
import { parseDuration } from "../../provider/hydra/duration.ts";
import { explain, line } from "../../provider/hydra/error.ts";
import { parseJson } from "../../provider/hydra/json.ts";
import { announcedPause } from "../../provider/hydra/retry.ts";
import { kindOf } from "../../provider/lifecycle/field.ts";
import { origins, secondOf } from "../../provider/resources/field/field.ts";
import { texts, values } from "./hostile.ts";
import { fuzz } from "./run.ts";

describe("what reads texts", () => {
  fuzz("a pause that a server announces is a time", 0.02, fc.tuple(texts, texts), ([after, reset]) => {
    const pause = announcedPause({ "retry-after": after, "x-ratelimit-reset": reset });
    expect(Number.isFinite(pause) && pause >= 0).toBe(true);
  });

  fuzz("durations, times and origins are read to the end", 0.02, fc.tuple(texts, texts), ([left, right]) => {
    expect(["bigint", "undefined"]).toContain(typeof parseDuration(left));
    expect(["number", "undefined"]).toContain(typeof secondOf(left));
    expect(typeof kindOf(origins).same([left], [right])).toBe("boolean");
  });

  fuzz("paths whose changes do not count are read to the end", 0.02, fc.array(texts, { maxLength: 4 }), (paths) => {
    const parts = paths.flatMap((path) => [...parsePath(path)]);
    expect(parts.every((part) => ["string", "number"].includes(typeof part))).toBe(true);
    expect(notIgnored([[["a", ...paths]]], paths).length).toBeLessThanOrEqual(1);
  });

  fuzz(
    "a message is one line, bounded and without the secret",
    0.04,
    fc.tuple(texts, texts, values),
    ([said, secret, value]) => {
      const body = JSON.stringify(value) ?? "";
      for (const text of [said, body, `${said}${secret}`, `<title>${secret}${said}`]) {
        const message = line(conceal(explain(parseJson(text), text), [secret]));
        expect(message.length).toBeLessThanOrEqual(401);
        expect(/\p{Cc}/u.test(message)).toBe(false);
        // What stands between brackets of our own may be a part of the word in them.
        if (secret.trim().length >= 6) expect(message.replaceAll("[secret]", "").includes(secret)).toBe(false);
      }
    },
  );
});
