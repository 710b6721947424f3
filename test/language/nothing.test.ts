// Knows that what each language has for nothing means unset, shows no change that nobody made, and that YAML's scalars are never guessed.
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { goEnvironment, javaEnvironment } from "../../tools/language.mts";
import { pomOnSdk } from "../support/first-program.ts";
import { admin, hydra } from "../support/hydra.ts";
import { errorsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const languages = inject("languages");
if (!languages) throw new Error("the project of this test makes no SDKs");
const { path, python, go, java } = languages;
const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");

/** Clients of which every type of field is unset, nothing, and empty or zero. */
const programs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  yaml: {
    "Pulumi.yaml": `name: program
runtime: yaml
resources:
  unset:
    type: hydra:OAuth2Client
  nothing:
    type: hydra:OAuth2Client
    properties: { owner: null, contacts: null, skipConsent: null, metadata: null, subjectType: null, accessTokenStrategy: null, secretRotation: null, jwtBearerGrantAccessTokenLifespan: null }
  empty:
    type: hydra:OAuth2Client
    properties: { owner: "", contacts: [], skipConsent: false, metadata: {}, subjectType: "", accessTokenStrategy: "" }
`,
  },
  python: {
    "Pulumi.yaml": "name: program\nruntime: python\n",
    "__main__.py": `import pulumi_hydra as hydra

hydra.OAuth2Client("unset")
hydra.OAuth2Client(
    "nothing",
    owner=None,
    contacts=None,
    skip_consent=None,
    metadata=None,
    subject_type=None,
    access_token_strategy=None,
    secret_rotation=None,
    jwt_bearer_grant_access_token_lifespan=None,
)
hydra.OAuth2Client(
    "empty", owner="", contacts=[], skip_consent=False, metadata={}, subject_type="", access_token_strategy=""
)
`,
  },
  go: {
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
		clients := map[string]*hydra.OAuth2ClientArgs{
			"unset": nil,
			"nothing": {
				Owner:       pulumi.StringPtr(""),
				Contacts:    pulumi.StringArray(nil),
				SkipConsent: nil,
				Metadata:    nil,
			},
			"empty": {
				Owner:               pulumi.String(""),
				Contacts:            pulumi.StringArray{},
				SkipConsent:         pulumi.Bool(false),
				Metadata:            pulumi.Map{},
				SubjectType:         pulumi.String(""),
				AccessTokenStrategy: pulumi.String(""),
			},
		}
		for name, args := range clients {
			if _, err := hydra.NewOAuth2Client(ctx, name, args); err != nil {
				return err
			}
		}
		return nil
	})
}
`,
  },
  // A builder of Java takes null as an output alone: Pulumi's own `Output.of` refuses a value that is null.
  java: {
    "Pulumi.yaml": "name: program\nruntime: java\n",
    "pom.xml": pomOnSdk.replaceAll("sdks/hydra", "lacks" in java ? "" : java.sdk),
    "src/main/java/program/App.java": `package program;

import com.pulumi.Pulumi;
import com.pulumi.core.Either;
import com.pulumi.core.Output;
import com.pulumi.hydra.OAuth2Client;
import com.pulumi.hydra.OAuth2ClientArgs;
import com.pulumi.hydra.enums.AccessTokenStrategy;
import com.pulumi.hydra.enums.SubjectType;
import com.pulumi.hydra.inputs.OAuth2ClientSecretRotationArgs;
import java.util.List;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            new OAuth2Client("unset");
            new OAuth2Client("nothing", OAuth2ClientArgs.builder()
                .owner((Output<String>) null)
                .contacts((Output<List<String>>) null)
                .skipConsent((Output<Boolean>) null)
                .metadata((Output<Object>) null)
                .subjectType((Output<Either<String, SubjectType>>) null)
                .accessTokenStrategy((Output<Either<String, AccessTokenStrategy>>) null)
                .secretRotation((Output<OAuth2ClientSecretRotationArgs>) null)
                .jwtBearerGrantAccessTokenLifespan((Output<String>) null)
                .build());
            new OAuth2Client("empty", OAuth2ClientArgs.builder()
                .owner("")
                .contacts(List.of())
                .skipConsent(false)
                .metadata(Map.of())
                .subjectType("")
                .accessTokenStrategy("")
                .build());
        });
    }
}
`,
  },
};

const lacking: Readonly<Record<string, string | undefined>> = {
  python: "lacks" in python ? python.lacks : undefined,
  go: "lacks" in go ? go.lacks : undefined,
  java: "lacks" in java ? java.lacks : undefined,
};

const options = {
  path: [plugin, ...path, ...("lacks" in python ? [] : [join(python.environment, "bin")])],
  config: { "hydra:adminUrl": hydra.adminUrl },
  env: { ...goEnvironment, ...javaEnvironment, PYTHONPATH: "lacks" in python ? undefined : python.packages },
};

describe.each(Object.entries(programs))("what %s has for nothing", (language, files) => {
  it("is unset, and shows no change in an up and after a refresh", async ({ skip }) => {
    skip(lacking[language] !== undefined, lacking[language]);
    await using stack = await workspace({ ...options, files });
    const names = ["unset", "nothing", "empty"].map((name) => `OAuth2Client ${name}`);
    const all = (operation: string) => Object.fromEntries(names.map((name) => [name, operation]));
    const made = await stack.up();
    expect([errorsOf(made), made.operations]).toEqual([[], all("create")]);
    expect((await stack.up()).operations).toEqual(all("same"));
    expect((await stack.refresh()).operations).toEqual(all("same"));
    expect((await stack.preview()).operations).toEqual(all("same"));
    expect((await stack.destroy()).operations).toEqual(all("delete"));
  });
});

describe("a number, a switch or a date where YAML needs a string", () => {
  const program = (...properties: string[]) => ({
    "Pulumi.yaml": `name: program
runtime: yaml
resources:
  one:
    type: hydra:OAuth2Client
    properties:
${properties.map((property) => `      ${property}\n`).join("")}`,
  });

  it.each([
    ["clientId: 007", "clientId: must be a string: put the number in quotes"],
    ["clientName: True", "clientName: must be a string: put the word in quotes"],
    ["secretRotation: { trigger: 2026 }", "secretRotation.trigger: must be a string: put the number in quotes"],
  ])("is refused with what to do: %s", async (property, message) => {
    await using stack = await workspace({ ...options, files: program(property) });
    expect(errorsOf(await stack.preview()).join()).toContain(message);
  });

  it("is the string as written in quotes", async () => {
    const files = program(
      'clientId: "007"',
      'clientName: "True"',
      'owner: "1.50"',
      'secretRotation: { trigger: "2026" }',
    );
    await using stack = await workspace({ ...options, files });
    expect(errorsOf(await stack.up())).toEqual([]);
    const { body } = await admin.get("/admin/clients/007");
    expect(body).toMatchObject({ client_id: "007", client_name: "True", owner: "1.50" });
    expect((await stack.up()).operations).toEqual({ "OAuth2Client one": "same" });
    expect((await stack.destroy()).operations).toEqual({ "OAuth2Client one": "delete" });
  });
});
