// A client, and its id and secret in the places where applications read them. One `pulumi up` writes a new secret to all of these places.
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
