// Values that nobody means well with: of every type, huge, deep, named like what JavaScript has by itself, marked like Pulumi's own.

import * as fc from "fast-check";

const names = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "toJSON",
  "then",
  "length",
  "keys",
];

/** Texts that break paths, headers, patterns and terminals. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  fc.constantFrom(
    ...[
      "",
      ".",
      "..",
      "../x",
      "..%2f..",
      "%2e%2e",
      "%2f",
      "%00",
      "/",
      "//",
      "a/../../b",
      "?",
      "#",
      "a?b=c#d",
      "\\",
      "*",
    ],
    ...["\u0000", "\r\n\r\nGET / HTTP/1.1", "\u001b[2J", "\u009b2J", "\ud800", "\udfff\ud800", "\ufeff", "\u202e", " "],
    ...["{}", "[]", "null", "0", "-0", "1e999", "NaN", "true", "<script>", "{{x}}", "$&", "$1", "[secret]"],
    ...[
      "https://a.example/cb",
      "http://[::1",
      "https://",
      "urn:a",
      "1h30m",
      "1d",
      "9999999999999h",
      "2030-01-31T00:00:00Z",
    ],
    ...["client_secret_basic", "none", "private_key_jwt", "public", "jwt", "RS256", "add", "/client_name"],
    ...names,
  ),
  // Long ones are where patterns that look back and forth never end.
  fc
    .tuple(
      fc.constantFrom("1", "a", "/", "=", " ", "<title", "\\", "%", ".", "[", "é", "\ud83d\ude00"),
      fc.constantFrom("", "!", "x"),
    )
    .map(([part, end]) => part.repeat(Math.floor(100_000 / part.length)) + end),
);

const deep = fc.tuple(fc.constantFrom(20, 100, 128, 1_000), fc.boolean()).map(([levels, list]) => {
  let value: unknown = "end";
  for (let level = 0; level < levels; level++) value = list ? [value] : { a: value };
  return value;
});

const signature = "4dabf18193072939515e22adb298388d";
const kinds = [
  "1b47061264138c4ac30d75fd1eb44270",
  "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  "5cf8f73096256a8f31e491e813e4eb8e",
  "c44067f5952c0a294b673a41bacd8c17",
  "nothing",
];

/** What Pulumi sends for what it does not know. */
const unknowns = fc.constantFrom(
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
);

const keys = fc.oneof(
  fc.constantFrom(...names, "value", "kty", "kid", "d", "a.b", "", signature),
  fc.string({ maxLength: 6 }),
);

function object(members: fc.Arbitrary<[string, unknown][]>): fc.Arbitrary<object> {
  // An own member, whatever its name; an assignment to __proto__ would be something else.
  return members.map((entries) => Object.fromEntries(entries));
}

/** Any JSON, wrapped in marks of secrets and outputs or not. */
export const values: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: "hostile" },
    texts,
    unknowns,
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, -0, Number.MAX_SAFE_INTEGER + 2),
    fc.constantFrom<unknown>(
      [],
      {},
      "",
      [null],
      [[]],
      { keys: [] },
      { keys: null },
      { keys: [null] },
      { trigger: "a" },
    ),
    { weight: 2, arbitrary: fc.array(tie("value"), { maxLength: 4, depthIdentifier: "hostile" }) },
    {
      weight: 2,
      arbitrary: object(fc.array(fc.tuple(keys, tie("value")), { maxLength: 4, depthIdentifier: "hostile" })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...kinds), tie("value"), fc.constantFrom({}, { secret: true }, { value: null }))
        .map(([kind, value, more]) => ({ [signature]: kind, value, ...more })),
    },
    deep,
  ),
})).value;

/** A good object with some of its members replaced, left out or joined by others. */
export function spoiled(good: Readonly<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const known = fc.constantFrom(...Object.keys(good));
  const change = fc.tuple(
    fc.oneof({ weight: 5, arbitrary: known }, keys),
    fc.option(values, { nil: undefined, freq: 6 }),
  );
  return fc.array(change, { maxLength: 3 }).map((changes) => {
    const entries = new Map(Object.entries(good));
    for (const [name, value] of changes) {
      if (value === undefined) entries.delete(name);
      else entries.set(name, value);
    }
    return Object.fromEntries(entries);
  });
}
