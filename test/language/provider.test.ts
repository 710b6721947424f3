// Knows that a provider in a program of each language has its settings by their types, and none from the environment.
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { goEnvironment } from "../../tools/language.mts";
import { startGateway } from "../support/gateway.ts";
import { hydra } from "../support/hydra.ts";
import { errorsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const languages = inject("languages");
if (!languages) throw new Error("the project of this test makes no SDKs");
const { path, python, go } = languages;

/** What the programs are told: a server behind `url`, with every type of setting. */
const programs: Readonly<Record<string, (url: string) => Record<string, string>>> = {
  yaml: (url) => ({
    "Pulumi.yaml": `name: program
runtime: yaml
resources:
  own:
    type: pulumi:providers:hydra
    properties:
      adminUrl: ${url}
      timeout: 7.5
      retries: 1
      insecureSkipTlsVerify: true
      headers: { Authorization: Bearer of the program }
      connections: { eu: { adminUrl: "${url}", accessToken: token of eu, retries: 2 } }
  one:
    type: hydra:OAuth2Client
    properties: { clientName: One, tokenEndpointAuthMethod: client_secret_post }
    options: { provider: "\${own}" }
  two:
    type: hydra:OAuth2Client
    properties: { clientName: Two, connection: eu, grantTypes: [client_credentials, some-grant-of-tomorrow] }
    options: { provider: "\${own}" }
`,
  }),
  python: (url) => ({
    "Pulumi.yaml": "name: program\nruntime: python\n",
    "__main__.py": `import pulumi
import pulumi_hydra as hydra

own = hydra.Provider(
    "own",
    admin_url="${url}",
    timeout=7.5,
    retries=1,
    insecure_skip_tls_verify=True,
    headers={"Authorization": "Bearer of the program"},
    connections={"eu": hydra.ServerArgs(admin_url="${url}", access_token="token of eu", retries=2)},
)
hydra.OAuth2Client(
    "one",
    client_name="One",
    token_endpoint_auth_method=hydra.TokenEndpointAuthMethod.CLIENT_SECRET_POST,
    opts=pulumi.ResourceOptions(provider=own),
)
hydra.OAuth2Client(
    "two",
    client_name="Two",
    connection="eu",
    grant_types=[hydra.GrantType.CLIENT_CREDENTIALS, "some-grant-of-tomorrow"],
    opts=pulumi.ResourceOptions(provider=own),
)
`,
  }),
  go: (url) => ({
    "Pulumi.yaml": "name: program\nruntime: go\n",
    "go.mod": `module program

go 1.25.11

require (
	example.com/pulumi-hydra/sdk/go v0.0.0-00010101000000-000000000000
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)

replace example.com/pulumi-hydra/sdk/go => ${"lacks" in go ? "./sdks/hydra" : go.sdk}
`,
    "main.go": `package main

import (
	"example.com/pulumi-hydra/sdk/go/hydra"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		own, err := hydra.NewProvider(ctx, "own", &hydra.ProviderArgs{
			AdminUrl:              pulumi.String("${url}"),
			Timeout:               pulumi.Float64(7.5),
			Retries:               pulumi.Int(1),
			InsecureSkipTlsVerify: pulumi.Bool(true),
			Headers:               pulumi.StringMap{"Authorization": pulumi.String("Bearer of the program")},
			Connections: hydra.ServerMap{"eu": hydra.ServerArgs{
				AdminUrl:    pulumi.String("${url}"),
				AccessToken: pulumi.String("token of eu"),
				Retries:     pulumi.Int(2),
			}},
		})
		if err != nil {
			return err
		}
		_, err = hydra.NewOAuth2Client(ctx, "one", &hydra.OAuth2ClientArgs{
			ClientName:              pulumi.String("One"),
			TokenEndpointAuthMethod: hydra.TokenEndpointAuthMethodClientSecretPost,
		}, pulumi.Provider(own))
		if err != nil {
			return err
		}
		_, err = hydra.NewOAuth2Client(ctx, "two", &hydra.OAuth2ClientArgs{
			ClientName: pulumi.String("Two"),
			Connection: pulumi.String("eu"),
			GrantTypes: pulumi.StringArray{
				pulumi.String(hydra.GrantTypeClientCredentials),
				pulumi.String("some-grant-of-tomorrow"),
			},
		}, pulumi.Provider(own))
		return err
	})
}
`,
  }),
};

const lacking: Readonly<Record<string, string | undefined>> = {
  python: "lacks" in python ? python.lacks : undefined,
  go: "lacks" in go ? go.lacks : undefined,
};

describe.each(Object.entries(programs))("a provider in %s", (language, program) => {
  it("has each setting by its type, and sends no credentials of the environment", async ({ skip }) => {
    skip(lacking[language] !== undefined, lacking[language]);
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using stack = await workspace({
      files: program(gateway.url),
      path: [
        join(inject("installation").folder, "node_modules/pulumi-hydra"),
        ...path,
        ...("lacks" in python ? [] : [join(python.environment, "bin")]),
      ],
      env: {
        ...goEnvironment,
        PYTHONPATH: "lacks" in python ? undefined : python.packages,
        PULUMI_HYDRA_ACCESS_TOKEN: "token of the environment",
      },
    });
    const all = (operation: string) =>
      Object.fromEntries(["hydra own", "OAuth2Client one", "OAuth2Client two"].map((name) => [name, operation]));
    const made = await stack.up();
    expect([errorsOf(made), made.operations]).toEqual([[], all("create")]);
    const used = new Set(gateway.received.map(({ authorization }) => authorization));
    expect([...used].sort()).toEqual(["Bearer of the program", "Bearer token of eu"]);

    const state = await stack.exportStack();
    expect(state).not.toMatch(/of the program|token of/);
    const { deployment } = JSON.parse(state) as { deployment: { resources: { urn: string; inputs?: object }[] } };
    const own = deployment.resources.find(({ urn }) => urn.endsWith("::own"));
    // SDKs send numbers and switches as JSON.
    const sent = Object.entries(own?.inputs ?? {}).map(([name, value]) => [name, String(value)]);
    expect(Object.fromEntries(sent)).toMatchObject({ timeout: "7.5", retries: "1", insecureSkipTlsVerify: "true" });
    expect((await stack.up()).operations).toEqual(all("same"));
    expect((await stack.destroy()).operations).toEqual(all("delete"));
  });
});
