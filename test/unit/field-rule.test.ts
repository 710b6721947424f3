// Knows that a rule is always that of a field: a misspelt name does not compile, however it comes in.
import { expect, it } from "vitest";
import * as z from "zod";
import { confidential, rulesOf } from "../../provider/lifecycle/field.ts";
import { functions, resources } from "../../provider/registry.ts";

const inputs = z.object({ clientName: z.string(), keep: z.boolean() });
const outputs = z.object({ token: z.string() });

it("takes rules of inputs and outputs, and no other ones", () => {
  expect(Object.keys(rulesOf(inputs, outputs, { ...confidential("clientName"), token: { onlyWith: "keep" } }))).toEqual(
    ["clientName", "token"],
  );
  // @ts-expect-error a field that nobody has
  rulesOf(inputs, outputs, { tokne: { secret: true } });
  // @ts-expect-error the same among others that are spread
  rulesOf(inputs, outputs, { ...confidential("clientNmae", "clientName") });
  // @ts-expect-error an input that nobody has
  rulesOf(inputs, outputs, { token: { onlyWith: "kept" } });
});

it.each([...resources, ...functions])("$type has rules for its fields alone", ({ inputs, outputs, fields }) => {
  const names = [...Object.keys(inputs.shape), ...Object.keys(outputs.shape)];
  expect(Object.keys(fields).filter((name) => !names.includes(name))).toEqual([]);
});
