// The types of arguments and outputs, derived from the fields of a resource. No run-time code.

import type * as pulumi from "@pulumi/pulumi";

type Plain = string | number | boolean | null | undefined;

/** A value any part of which may be an output of another resource. */
export type DeepInput<T> = pulumi.Input<
  T extends Plain
    ? T
    : T extends readonly (infer Item)[]
      ? readonly DeepInput<Item>[]
      : { readonly [Name in keyof T]: DeepInput<T[Name]> }
>;

/** The arguments of a resource with these inputs. */
export type ArgsOf<Inputs> = { readonly [Name in keyof Inputs]: DeepInput<Inputs[Name]> };

/** The outputs of a resource with these inputs and what the server adds; those in `Always` are always set. */
export type OutputsOf<Properties, Always extends keyof Properties = never> = {
  readonly [Name in keyof Properties]-?: pulumi.Output<
    Name extends Always ? NonNullable<Properties[Name]> : Properties[Name] | undefined
  >;
};
