// Knows which URLs go through a proxy, as curl and others decide it.
import { describe, expect, it } from "vitest";
import { isLoopback, proxyFor } from "../../provider/hydra/proxy.ts";

const proxied = (url: string, none = "") =>
  proxyFor(new URL(url), { http: "http://plain:3128", https: "http://secure:3128", none }) !== undefined;

describe("a proxy", () => {
  it("is the one of the URL's scheme, and none where that is unset", () => {
    const variables = { http: "http://plain:3128", https: "http://secure:3128", none: "" };
    expect(String(proxyFor(new URL("https://hydra.example"), variables))).toBe("http://secure:3128/");
    expect(String(proxyFor(new URL("http://hydra.example"), variables))).toBe("http://plain:3128/");
    expect(proxyFor(new URL("https://hydra.example"), { ...variables, https: "" })).toBe(undefined);
  });

  it.each([
    ["proxy:3128", "http://proxy:3128/"],
    ["proxy", "http://proxy/"],
    ["user:pass@proxy:3128", "http://user:pass@proxy:3128/"],
    ["10.0.0.1:3128", "http://10.0.0.1:3128/"],
    ["[::1]:3128", "http://[::1]:3128/"],
    ["HTTPS://proxy:3129", "https://proxy:3129/"],
  ])("named %s is %s", (named, url) => {
    expect(String(proxyFor(new URL("https://hydra.example"), { http: "", https: named, none: "" }))).toBe(url);
  });

  it("of another kind, or that is no URL, is told in words that do not repeat it", () => {
    const said = (https: string) => proxyFor(new URL("https://hydra.example"), { http: "", https, none: "" });
    expect(said("socks5://user:password@proxy:1080")).toBe(
      "https_proxy names a proxy of the kind socks5; only http and https proxies can be used",
    );
    expect(said("http://user:password@:port")).toBe(
      "https_proxy is not the URL of a proxy, such as http://proxy.example:3128",
    );
  });

  it.each(["localhost", "LOCALHOST", "hydra.localhost", "127.0.0.1", "127.1.2.3", "[::1]"])(
    "is never for this machine: %s",
    (host) => {
      expect(proxied(`http://${host}:4445`)).toBe(false);
      expect(isLoopback(new URL(`http://${host}`).hostname)).toBe(true);
    },
  );

  it.each(["127.0.0.1.example", "localhost.example", "128.0.0.1", "notlocalhost"])("is for %s", (host) => {
    expect(proxied(`http://${host}`)).toBe(true);
  });
});

describe("no_proxy", () => {
  const cases: [none: string, excepted: string[], others: string[]][] = [
    ["*", ["https://a.example", "http://10.0.0.1"], []],
    ["a.example", ["https://a.example", "https://b.a.example", "https://A.Example."], ["https://ba.example"]],
    [".a.example", ["https://a.example", "https://b.a.example"], ["https://ba.example", "https://example"]],
    ["*.a.example", ["https://b.a.example"], ["https://a.example"]],
    ["a.example:8443", ["https://a.example:8443"], ["https://a.example", "http://a.example:84"]],
    ["a.example:443", ["https://a.example", "https://a.example:443"], ["http://a.example"]],
    ["10.1.2.3", ["http://10.1.2.3", "http://10.1.2.3:4445"], ["http://10.1.2.30"]],
    ["10.1.2.3:4445", ["http://10.1.2.3:4445"], ["http://10.1.2.3"]],
    ["10.0.0.0/8", ["http://10.255.0.1:4445"], ["http://11.0.0.1", "http://a.example"]],
    ["192.168.4.0/22", ["http://192.168.7.255"], ["http://192.168.8.0"]],
    ["fd00::/8", ["http://[fd12::1]:4445"], ["http://[fe80::1]", "http://10.0.0.1"]],
    ["[fd00::1]:4445", ["http://[fd00::1]:4445"], ["http://[fd00::1]"]],
    ["fd00::1", ["http://[fd00::1]:4445"], ["http://[fd00::2]"]],
    ["x.example, a.example\tb.example", ["https://a.example", "https://b.example"], ["https://c.example"]],
    ["10.0.0.0/33, 10.0.0.0/, 10.0.0.0/8/8, /8, ., , :80", [], ["http://10.0.0.0", "https://a.example"]],
  ];

  it.each(cases)("%s", (none, excepted, others) => {
    expect(excepted.filter((url) => proxied(url, none))).toEqual([]);
    expect(others.filter((url) => !proxied(url, none))).toEqual([]);
  });
});
