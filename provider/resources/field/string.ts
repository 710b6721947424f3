// Strings that Hydra's databases keep and its URLs carry, whatever they are for.

import * as z from "zod";

/** A string that every database of Hydra's keeps: PostgreSQL refuses NUL, and half a character becomes another one. */
export const string = () =>
  z.string().refine((value) => !/[\0\p{Cs}]/u.test(value), {
    error: "must not hold the NUL character or half of a surrogate pair: not every database keeps them",
  });

/** A string that is part of a name, for which Hydra's databases have 255 characters. */
export const shortString = () =>
  string().refine((value) => value.length <= 255 || [...value].length <= 255, {
    error: "must have at most 255 characters: PostgreSQL and MySQL keep no more",
  });

/** A string that becomes one segment of a URL path; `empty` says what to do about none. */
export function segmentString(empty: string) {
  return (
    shortString()
      .refine((value) => value !== "", { error: empty })
      .refine((value) => value !== "." && value !== "..", { error: "must not be . or ..: no server can address it" })
      // v26.2.0 drops the slash, and so would read and delete another object.
      .refine((value) => !value.endsWith("/"), { error: "must not end with a slash: no server can address it" })
  );
}
