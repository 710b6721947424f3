// What to do where that which is to be created is there already because it is not new. Knows no resource.

/** The commonest reasons, and the option of Pulumi that answers each. */
export const ifNotNew =
  "if you renamed or moved the resource in the program, give its old name or parent in the option `aliases`; " +
  "if Pulumi is replacing it (`--replace`, `pulumi state taint`), set the option `deleteBeforeReplace: true`";
