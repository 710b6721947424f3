// A client whose secret is rotated in two `pulumi up`s. The second one waits until the application uses the new secret.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";
import { untilApplicationUses } from "./application";

const config = new pulumi.Config();
const rotation = config.get("rotation") ?? "first";

// The previous secrets stop working when `finished` names this rotation. A new name in `rotation` makes Hydra keep previous secrets again.
const isFinished = config.get("finished") === rotation;

const applicationIsReady = new pulumi.ResourceHook(
  "application-is-ready",
  async ({ oldOutputs, oldInputs, newInputs }) => {
    const [before, after] = [oldInputs?.secretRotation, newInputs?.secretRotation];
    if (after?.previousSecrets !== "drop" || before?.trigger !== after.trigger) return;
    await untilApplicationUses(
      config.require("applicationUrl"),
      oldOutputs?.clientSecret,
      config.getNumber("waitSeconds"),
    );
  },
);

const report = new hydra.OAuth2Client(
  "report",
  {
    clientName: "Nightly report",
    grantTypes: ["client_credentials"],
    scope: "orders.read",
    secretRotation: { trigger: rotation, previousSecrets: isFinished ? "drop" : "keep" },
  },
  { hooks: { beforeUpdate: [applicationIsReady] } },
);

export const clientId = report.clientId;
export const clientSecret = report.clientSecret;
