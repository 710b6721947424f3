// Ties docs/troubleshooting.md to the codes of the source: each has its row, and each row its code.

import { globSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { codes } from "../../provider/code.ts";
import { ExplainedError, inWords } from "../../provider/explained.ts";
import { describe as describeFailure } from "../../provider/host/message.ts";
import { HydraError } from "../../provider/hydra/error.ts";
import { PartialFailure, Refusal } from "../../provider/lifecycle/resource.ts";

const page = readFileSync("docs/troubleshooting.md", "utf8");
const files = globSync("provider/**/*.ts").filter((file) => file !== "provider/code.ts");
const source = [...files, ...globSync("sdk/*.ts")].map((file) => readFileSync(file, "utf8")).join("\n");

/** The cells of each row of the tables below a heading. */
function rowsOf(text: string): string[][] {
  const lines = text.split("\n").filter((line) => /^\| `/.test(line));
  return lines.map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/^`(.*)`$/, "$1")));
}

const [coded = "", ...others] = page.split(/^(?=## (?:Check failures|What Pulumi says)$)/m);
const [refused = ""] = others;

const comparisons = [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken];

/** The string literals of a file that are values: no type, no name of a module, nothing that only a value is compared with. */
function valuesIn(file: string): Set<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    const compares = ts.isBinaryExpression(node) && comparisons.includes(node.operatorToken.kind);
    const isSet = ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "Set";
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || compares || isSet) return;
    if (ts.isCaseClause(node)) {
      node.statements.forEach(visit);
      return;
    }
    if (ts.isStringLiteral(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest));
  return found;
}

describe("the page on troubleshooting", () => {
  it("has one row for each code, in the order of the source", () => {
    expect(rowsOf(coded).map(([, code]) => code)).toEqual([...codes]);
  });

  it("shows words that the source says", () => {
    const shown = [
      ...rowsOf(coded).map(([, , words = ""]) => words),
      ...rowsOf(refused).map(([, words = ""]) => words),
    ];
    expect(shown.length).toBeGreaterThan(codes.length);
    const parts = shown.flatMap((words) => words.split("…").map((part) => part.trim()));
    expect(parts.filter((part) => !source.includes(part))).toEqual([]);
  });

  // The compiler takes seconds where two cores do other things too.
  it("is about codes that something uses", { timeout: 60_000 }, () => {
    const used = new Set(files.flatMap((file) => [...valuesIn(file)]));
    expect(codes.filter((code) => !used.has(code))).toEqual([]);
  });
});

describe("a code", () => {
  it("is short words in lower case, and is there once", () => {
    expect(codes.filter((code) => !/^[a-z]+(-[a-z]+){0,2}$/.test(code))).toEqual([]);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe("a message", () => {
  const advice = "do this";
  const place = { method: "PUT", path: "/admin/clients/web" };
  const said = (error: unknown, limit?: number) =>
    inWords(describeFailure("update", "OAuth2Client", "web", error, limit));

  it("says what happened, why, what to do, and its code, in that order", () => {
    expect(said(new Refusal({ code: "exists-already", message: "it is there", advice }))).toBe(
      'could not update OAuth2Client "web": it is there; do this [exists-already]',
    );
    expect(said(new HydraError({ code: "conflict", message: "no (409 PUT /)", ...place }))).toBe(
      'could not update OAuth2Client "web": no (409 PUT /) [conflict]',
    );
  });

  it("says all that is wrong with what is there", () => {
    const reasons = [
      { code: "not-kept", message: "a: dropped", advice },
      { code: "not-kept", message: "b: dropped" },
    ] as const;
    expect(said(new PartialFailure({ id: "web", state: {} }, reasons))).toBe(
      'could not update OAuth2Client "web": a: dropped; do this; b: dropped [not-kept]',
    );
  });

  it("says that the time of the program is over, and what was in doubt before stays so", () => {
    expect(said(new HydraError({ code: "stopped", message: "cancelled", ...place }), 2)).toBe(
      'could not update OAuth2Client "web": cancelled; customTimeouts allows 2 s for it; raise customTimeouts, or remove it [time-limit]',
    );
    expect(said(new HydraError({ code: "in-doubt", message: "cancelled", advice, ...place }), 2)).toBe(
      'could not update OAuth2Client "web": cancelled; customTimeouts allows 2 s for it; do this [in-doubt]',
    );
  });

  it("names the doctor where the way to Hydra is what fails", () => {
    const doctor = "to test each step of the way to Hydra, run `npx pulumi-hydra doctor --stack <stack>`";
    expect(inWords({ code: "unreachable", message: "no", advice })).toBe(`no; do this; ${doctor} [unreachable]`);
    expect(inWords({ code: "gateway", message: "no", advice })).toBe("no; do this [gateway]");
  });

  it("of anything else says that it is a defect, with its trace", () => {
    const text = said(new TypeError("x is not a function"));
    expect(text).toMatch(
      /^could not update OAuth2Client "web": a defect in pulumi-hydra; please report it with these lines: TypeError: x.+ at .+ \[defect\]$/s,
    );
  });

  it("is of one family, whose members keep what led to them", () => {
    const cause = new Error("read ECONNRESET");
    const error = new HydraError({ code: "unreachable", message: "no", ...place }, cause);
    expect([error instanceof ExplainedError, error.cause]).toEqual([true, cause]);
  });
});
