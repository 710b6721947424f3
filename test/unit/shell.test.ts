// Knows that a command in a message reaches its program as the words that are meant, whatever people call things.
import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importCommand, shellWord } from "../../provider/resources/shell.ts";

const words = (command: string) =>
  execFileSync("sh", ["-c", `printf '%s\\0' ${command}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);

describe("a command in a message", () => {
  it("has each text as one word, with nothing expanded", () => {
    // What a shell reads in a way of its own, between letters.
    const unit = fc.constantFrom(..."aé $`\"'\\!*?;&|<>(){}[]~#=-%\n");
    const texts = fc.array(fc.string({ unit, maxLength: 12 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(texts, (all) => {
        expect(words(all.map(shellWord).join(" "))).toEqual(all);
      }),
      { numRuns: 50 },
    );
  });

  it("leaves plain texts and placeholders as they are", () => {
    const urn = "urn:pulumi:dev::shop::hydra:index:OAuth2Client::web";
    expect(importCommand({ urn }, "OAuth2Client", "shop")).toBe("`pulumi import hydra:index:OAuth2Client web shop`");
    expect(importCommand({ urn: undefined }, "TrustedJwtIssuer", "<id>")).toBe(
      "`pulumi import hydra:index:TrustedJwtIssuer <name> <id>`",
    );
    expect(importCommand({ urn: `${urn} $(reboot)` }, "JsonWebKey", "orders/my key")).toBe(
      "`pulumi import hydra:index:JsonWebKey 'web $(reboot)' 'orders/my key'`",
    );
  });
});
