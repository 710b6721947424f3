// Knows which credentials go to which server, by who named the server, and what becomes of a token that ends.
import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { startGateway } from "../support/gateway.ts";
import { hydra } from "../support/hydra.ts";
import { startPacked } from "./way.ts";

const token = "a-token-of-the-environment";
const list = "hydra:index:OAuth2Client";
const nobody = { clientName: "nobody has this name" };

const environment = (more: Record<string, string> = {}) => ({
  PULUMI_HYDRA_ACCESS_TOKEN: token,
  PULUMI_HYDRA_HEADERS: JSON.stringify({ "X-Tenant": "a" }),
  ...more,
});

/** What a server gets, and what people are told, under this configuration and environment. */
async function shown(config: object, env: Record<string, string>, provider = "default") {
  await using gateway = await startGateway({ target: hydra.adminUrl });
  await using engine = await startPacked({ config: null, env });
  const named = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, value === "here" ? gateway.url : value]),
  );
  await engine.handshake();
  await engine.configure(named, provider);
  await engine.check("OAuth2Client", { clientName: "Web" }, {}, randomBytes(32));
  await engine.list(list, nobody);
  return { authorization: gateway.received.at(-1)?.authorization, said: engine.logged.map(({ message }) => message) };
}

it("credentials of the environment go to the stack's server while the environment names no other", async () => {
  const bearer = { authorization: `Bearer ${token}`, said: [] };
  expect(await shown({ adminUrl: "here" }, environment())).toEqual(bearer);
  expect(await shown({ adminUrl: "here" }, environment(), "default_0_1_0")).toEqual(bearer);
  expect(await shown({ adminUrl: "here" }, environment({ PULUMI_HYDRA_ADMIN_URL: "https://hydra.example" }))).toEqual({
    authorization: null,
    said: [
      "PULUMI_HYDRA_ACCESS_TOKEN, PULUMI_HYDRA_HEADERS are set in the environment, and not sent to this server: hydra:adminUrl and PULUMI_HYDRA_ADMIN_URL are different servers; unset the variable, or set the stack's own credentials [credentials-unused]",
    ],
  });
});

it("a Provider that names its own server takes nothing of the environment", async () => {
  expect(await shown({ adminUrl: "here" }, environment(), "eu")).toEqual({
    authorization: null,
    said: [
      "PULUMI_HYDRA_ACCESS_TOKEN, PULUMI_HYDRA_HEADERS are set in the environment, and not sent to this server: a Provider that names its own adminUrl uses only the credentials of the same Provider; set them there [credentials-unused]",
    ],
  });
  expect(await shown({ adminUrl: "here", accessToken: "its-own-token" }, environment(), "eu")).toEqual({
    authorization: "Bearer its-own-token",
    said: [],
  });
});

it("a Provider without a server of its own uses that of the environment, with its credentials", async () => {
  await using gateway = await startGateway({ target: hydra.adminUrl });
  await using engine = await startPacked({
    config: null,
    env: environment({ PULUMI_HYDRA_ADMIN_URL: gateway.url }),
  });
  await engine.configure({}, "eu");
  await engine.list(list, nobody);
  expect(gateway.received.at(-1)?.authorization).toBe(`Bearer ${token}`);
});

it("a fetched token that is refused is fetched anew once, inside the retries, and no token is fetched for each call", async () => {
  await using gateway = await startGateway({ target: hydra.adminUrl });
  await using issuer = await startGateway({ target: hydra.publicUrl });
  let count = 0;
  issuer.answer(() => ({
    status: 200,
    body: JSON.stringify({ access_token: `token-number-${++count}`, token_type: "bearer", expires_in: "2" }),
  }));
  await using engine = await startPacked({
    config: {
      adminUrl: gateway.url,
      retries: "1",
      oauth2TokenUrl: `${issuer.url}/token`,
      oauth2ClientId: "deployer",
      oauth2ClientSecret: "a-secret",
    },
  });
  await engine.list(list, nobody);
  await engine.list(list, nobody);
  expect(gateway.received.map(({ authorization }) => authorization)).toEqual([
    "Bearer token-number-1",
    "Bearer token-number-1",
  ]);
  gateway.received.length = 0;
  const statuses = [503, 401, 200];
  gateway.answer(() => ({
    status: statuses.shift() ?? 500,
    headers: { "content-type": "application/json" },
    body: "[]",
  }));
  await engine.list(list, nobody);
  expect(statuses).toEqual([]);
  expect(gateway.received.at(-1)?.authorization).toBe(`Bearer token-number-${count}`);
  expect(count).toBe(2);
});
