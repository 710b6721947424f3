// Knows when two settings lead to one server, however its address is written and whatever its connection is called. No server runs.
import { describe, expect, it } from "vitest";
import { configure } from "../../provider/configuration/configuration.ts";
import { addressOf, fingerprintOf } from "../../provider/configuration/connect.ts";

const silent = () => undefined;
/** A configuration that nothing in the environment adds to. */
const configured = (settings: Readonly<Record<string, unknown>>) => configure((key) => settings[key], {});
const servers = (urls: Readonly<Record<string, string>>, adminUrl?: string) =>
  configured({
    adminUrl,
    connections: Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, { adminUrl: url }])),
  });

const spellings = [
  ["the host in capitals", "http://LOCALHOST:4445", "http://localhost:4445"],
  ["the scheme in capitals", "HTTP://localhost:4445", "http://localhost:4445"],
  ["the default port of http", "http://hydra.example:80", "http://hydra.example"],
  ["the default port of https", "https://hydra.example:443", "https://hydra.example"],
  ["a slash at the end", "https://hydra.example/", "https://hydra.example"],
  ["the path of the admin API", "https://hydra.example/admin", "https://hydra.example"],
  ["that path and a slash", "https://hydra.example/admin/", "https://hydra.example"],
  ["that path below another", "https://hydra.example/eu/admin/", "https://hydra.example/eu"],
  ["all of it", "HTTPS://HYDRA.example:443/admin//", "https://hydra.example"],
] as const;

const others = [
  ["another port", "https://hydra.example:444"],
  ["another scheme", "http://hydra.example"],
  ["another path", "https://hydra.example/eu"],
  ["a path in capitals", "https://hydra.example/ADMIN"],
] as const;

describe("an address", () => {
  it.each(spellings)("with %s is the same server as without", (_, written, plain) => {
    expect(addressOf(written)).toBe(plain);
    expect(servers({ written }, plain).sameServer("written", undefined)).toBe(true);
  });

  it.each(others)("with %s is another server", (_, url) => {
    expect(addressOf(url)).toBe(url);
    expect(servers({ url }, "https://hydra.example").sameServer("url", undefined)).toBe(false);
  });

  it("that is the environment's in another spelling gets the environment's credentials, and no other address does", () => {
    const environment = { PULUMI_HYDRA_ADMIN_URL: "http://LOCALHOST:80/admin/", PULUMI_HYDRA_ACCESS_TOKEN: "t" };
    const keysFor = (adminUrl: string) =>
      configure((key) => (key === "adminUrl" ? adminUrl : undefined), environment)
        .settings(undefined)
        .given.map(({ key }) => key);
    expect(keysFor("http://localhost")).toEqual(["hydra:adminUrl", "hydra:accessToken"]);
    expect(keysFor("http://localhost:8080")).toEqual(["hydra:adminUrl"]);
  });
});

describe("a connection that is recorded under a name", () => {
  const [here, there] = ["https://hydra.example", "https://hydra.example/eu"];
  const fingerprint = fingerprintOf(addressOf(here));

  it("is found under that name, whatever address it has today", () => {
    expect(servers({ eu: there, us: here }).currentName("eu", fingerprint)).toBe("eu");
  });

  it.each(["https://hydra.example", "https://HYDRA.example:443/admin/"])(
    "is found under its new name by the address %s",
    (url) => {
      expect(servers({ us: there, europe: url }).currentName("eu", fingerprint)).toBe("europe");
    },
  );

  it("is found at hydra:adminUrl when no connection has its address", () => {
    expect(servers({ us: there }, `${here}/admin`).currentName("eu", fingerprint)).toBe(undefined);
  });

  it("keeps its name when nothing has its address, or the address was not recorded", () => {
    expect(servers({ us: there }, there).currentName("eu", fingerprint)).toBe("eu");
    expect(servers({ europe: here }).currentName("eu", undefined)).toBe("eu");
  });

  it("keeps its name when the connections cannot be read", () => {
    expect(configured({ connections: "no JSON" }).currentName("eu", fingerprint)).toBe("eu");
  });

  it("is not asked for when the object was on the server without a name", () => {
    for (const name of [undefined, null, ""]) expect(servers({ eu: here }).currentName(name, fingerprint)).toBe(name);
  });
});

describe("two names", () => {
  it("that are no longer configured lead to no server that another one has", () => {
    const { sameServer } = servers({ eu: "https://hydra.example" });
    expect([sameServer("gone", "eu"), sameServer("gone", "lost"), sameServer("gone", "gone")]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("of one server share its memory, and two servers share none", () => {
    const urls = { a: "http://localhost:4445", b: "http://LOCALHOST:4445/admin/", c: "http://localhost:4446" };
    const { server } = servers(urls, "http://localhost:4445/");
    const [a, b, c, unnamed] = ["a", "b", "c", undefined].map((name) => server(name, silent).memory);
    expect([a === b, a === unnamed, a === c]).toEqual([true, true, false]);
  });
});
