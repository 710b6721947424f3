// Knows what reaches Kubernetes, Vault and Pulumi ESC from examples/secret-delivery: the secret that works, and only encrypted in between.
import { readFile } from "node:fs/promises";
import { expect } from "vitest";
import { z } from "zod";
import { describeExample, type Made, works } from "../support/example.ts";
import { type Delivery, standIns } from "../support/stand-in.ts";
import { filesHolding } from "../support/state.ts";

/** The packages of others, in the oldest version that the example takes. */
async function packages(): Promise<Record<string, string>> {
  const { dependencies } = JSON.parse(await readFile("examples/secret-delivery/package.json", "utf8")) as {
    dependencies: Record<string, string>;
  };
  const others = Object.entries(dependencies).filter(([name]) => !["@pulumi/pulumi", "pulumi-hydra"].includes(name));
  return Object.fromEntries(others.map(([name, range]) => [name, range.replace("^", "")]));
}

/** What each provider has to get for a secret. */
function wanted(operation: Delivery["operation"], id: unknown, secret: string): unknown[] {
  const credentials = { CLIENT_ID: id, CLIENT_SECRET: secret };
  return [
    {
      operation,
      type: "kubernetes:core/v1:Secret",
      name: "report",
      inputs: expect.objectContaining({
        metadata: { name: "report-credentials", namespace: "default" },
        stringData: credentials,
      }),
    },
    {
      operation,
      type: "pulumiservice:index:Environment",
      name: "report",
      inputs: { organization: "organization", project: "hydra", name: "report", yaml: expect.anything() },
    },
    {
      operation,
      type: "vault:kv/secretV2:SecretV2",
      name: "report",
      inputs: { mount: "secret", name: "hydra/report", dataJson: JSON.stringify(credentials) },
    },
  ];
}

const environment = z.looseObject({ yaml: z.looseObject({ text: z.string() }) });
const kubernetesSecret = z.looseObject({ stringData: z.object({ CLIENT_SECRET: z.string() }) });

/** What an ESC environment says, out of the asset that its provider gets. */
function definition(delivery: Delivery | undefined): unknown {
  return JSON.parse(environment.parse(delivery?.inputs).yaml.text);
}

function secretOf(delivery: Delivery | undefined): string {
  return kubernetesSecret.parse(delivery?.inputs).stringData.CLIENT_SECRET;
}

async function delivered({ deliveries }: Made, operation: Delivery["operation"]): Promise<Delivery[]> {
  const found = (await deliveries()).filter((one) => one.operation === operation);
  return found.sort((left, right) => left.type.localeCompare(right.type));
}

let first = "";

describeExample({
  folder: "secret-delivery",
  others: async () => standIns(await packages()),
  uses: {
    "gives each provider the id and the secret that works, under the names that applications expect": async (made) => {
      const created = await delivered(made, "create");
      first = secretOf(created[0]);
      expect(await works(made, first)).toBe(true);
      expect(created).toEqual(wanted("create", made.outputs.clientId, first));
      expect(definition(created[1])).toEqual({
        values: {
          environmentVariables: { CLIENT_ID: made.outputs.clientId, CLIENT_SECRET: { "fn::secret": first } },
        },
      });
    },
    "has it nowhere in clear": async ({ stack }) => {
      expect(first.length).toBeGreaterThan(20);
      expect(await filesHolding(stack, first)).toEqual([]);
    },
  },
  commands: [
    async (_, made) => {
      const updated = await delivered(made, "update");
      const second = secretOf(updated[0]);
      expect(await works(made, second)).toBe(true);
      expect(second).not.toBe(first);
      expect(updated).toEqual(wanted("update", made.outputs.clientId, second));
      expect(JSON.stringify(definition(updated[1]))).toContain(second);
      expect(await filesHolding(made.stack, second)).toEqual([]);
    },
  ],
  edit: {
    fact: "takes the secret away from a place that the configuration no longer names",
    commands: "pulumi config rm --path 'destinations[2]'",
    operations: { "Environment report": "delete" },
    seen: async (made) =>
      expect((await delivered(made, "delete")).map(({ type }) => type)).toEqual(["pulumiservice:index:Environment"]),
  },
});
