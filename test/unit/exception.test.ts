// Knows what a file of exceptions may hold, and what exceptions make of findings.
import { describe, expect, it } from "vitest";
import { CommandError } from "../../provider/cli/command.ts";
import { divide, type Exception, parseExceptions } from "../../provider/cli/exception.ts";

const good: Exception = {
  rule: "no-implicit-grant",
  resource: "client web",
  reason: "ends in March",
  until: "2027-03-31",
};
const now = Date.parse("2026-11-26T12:00:00Z");
const parse = (...exceptions: unknown[]) => parseExceptions(JSON.stringify({ exceptions }), "file.json");
const about = (rule: string, name: string) => ({ rule: { name: rule }, object: { name } });

describe("a file of exceptions", () => {
  it("has rule, resource, reason and end of each", () => {
    expect(parse(good, { ...good, resource: "*" })).toEqual([good, { ...good, resource: "*" }]);
    expect(parse()).toEqual([]);
  });

  it.each([
    ["no JSON", "{"],
    ["no object", "null"],
    ["a list", "[]"],
    ["no list of exceptions", '{"exceptions":{}}'],
  ])("is refused with %s", (_, text) => {
    expect(() => parseExceptions(text, "file.json")).toThrow(
      "file.json is not a JSON object with a list of exceptions",
    );
  });

  it.each<[unknown, string]>([
    [7, "is not an object"],
    [{ ...good, id: "web" }, 'has the member "id"; it takes rule, resource, reason, until'],
    [{ ...good, reason: undefined }, "needs a string as its reason"],
    [{ ...good, reason: "  " }, "needs a string as its reason"],
    [{ ...good, resource: 7 }, "needs a string as its resource"],
    [
      { ...good, rule: "no-implicit-grants" },
      'has the rule "no-implicit-grants", which does not exist; did you mean no-implicit-grant?',
    ],
    [{ ...good, rule: "anything" }, 'has the rule "anything", which does not exist'],
    [{ ...good, until: "2027-02-30" }, "needs a date such as 2027-03-31 as its until"],
    [{ ...good, until: "tomorrow" }, "needs a date such as 2027-03-31 as its until"],
    [{ ...good, until: "2027-03-31T00:00:00Z" }, "needs a date such as 2027-03-31 as its until"],
  ])("is refused with the exception %j", (entry, fault) => {
    const message = `file.json: exceptions[1] ${fault}`;
    expect(() => parse(good, entry)).toThrow(new CommandError({ code: "file-unread", message }));
  });
});

describe("exceptions", () => {
  const all = [
    about("no-implicit-grant", "client web"),
    about("no-implicit-grant", "client app"),
    about("https-keys", "client web"),
  ];

  it("take findings of their rule and resource out, and no others", () => {
    expect(divide(all, [good], now)).toEqual({
      open: all.slice(1),
      excepted: [{ ...all[0], exception: good }],
      ended: [],
      unused: [],
    });
  });

  it("are for every resource with *", () => {
    const every = { ...good, resource: "*" };
    expect(divide(all, [every], now)).toMatchObject({ open: [all[2]], excepted: [all[0], all[1]], unused: [] });
  });

  it("count to the end of their day, and are named afterwards", () => {
    const [first, ...rest] = all;
    const today = { ...good, until: "2026-11-26" };
    expect(divide(all, [today], Date.parse("2026-11-26T23:59:59.999Z"))).toMatchObject({ open: rest, ended: [] });
    expect(divide(all, [today], Date.parse("2026-11-27T00:00:00Z"))).toEqual({
      open: [first, ...rest],
      excepted: [],
      ended: [today],
      unused: [],
    });
  });

  it("are named when they are for nothing", () => {
    const stale = { ...good, resource: "client gone" };
    expect(divide(all, [good, stale], now).unused).toEqual([stale]);
  });
});
