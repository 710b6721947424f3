// Knows that a class of the plugin tells whether something exists, as generated SDKs do: with mocks in place of the engine.
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import * as hydra from "../../dist/sdk/plugin.js";

beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: ({ inputs, name }) => ({ id: name, state: inputs }),
    call: ({ inputs }) => inputs,
  }),
);

const settled = <Value>(output: pulumi.Output<Value>) => new Promise<Value>((resolve) => output.apply(resolve));

describe("exists", () => {
  it("is true for an object of the class and this id alone", async () => {
    const client = new hydra.OAuth2Client("shop");
    await settled(client.id);
    expect(await settled(hydra.OAuth2Client.exists("shop"))).toBe(true);
    expect(await settled(hydra.OAuth2Client.exists("desk"))).toBe(false);
    expect(await settled(hydra.JsonWebKey.exists("shop"))).toBe(false);
  });
});
