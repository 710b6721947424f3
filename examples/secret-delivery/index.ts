// A client, with its id and secret where applications read them. A rotation reaches all of these places in one `pulumi up`.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";
import { credentialsOf } from "./credentials";
import { deliverToEsc } from "./esc";
import { deliverToKubernetes } from "./kubernetes";
import { deliverToVault } from "./vault";

const config = new pulumi.Config();

const report = new hydra.OAuth2Client("report", {
  clientName: "Nightly report",
  grantTypes: ["client_credentials"],
  scope: "orders.read",
  secretRotation: { trigger: config.get("rotation") ?? "first" },
});

const deliver = { kubernetes: deliverToKubernetes, vault: deliverToVault, esc: deliverToEsc };

for (const destination of config.requireObject<(keyof typeof deliver)[]>("destinations")) {
  deliver[destination]("report", credentialsOf(report));
}

export const clientId = report.clientId;
