// A machine with one client, or two while its secret is rotated. Both work, and the newest is the one to use.
import * as pulumi from "@pulumi/pulumi";
import { RotatingClient } from "./rotating-client";

const report = new RotatingClient("report", {
  generations: new pulumi.Config().requireObject<string[]>("generations"),
  client: {
    clientName: "Nightly report",
    grantTypes: ["client_credentials"],
    scope: "orders.read",
  },
});

export const clientId = report.clientId;
export const clientSecret = report.clientSecret;
