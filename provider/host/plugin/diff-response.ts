// A comparison as the engine reads it: which properties changed, how, and what that means. Knows no resource.

import type * as proto from "@pulumi/pulumi/proto/provider_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import type { Compared } from "./plugin.ts";

const kinds = {
  add: [provider.PropertyDiff.Kind.ADD, provider.PropertyDiff.Kind.ADD_REPLACE],
  delete: [provider.PropertyDiff.Kind.DELETE, provider.PropertyDiff.Kind.DELETE_REPLACE],
  update: [provider.PropertyDiff.Kind.UPDATE, provider.PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

export function compared({
  changed,
  replaces,
  deleteBeforeReplace,
  confirms = false,
  detail,
  stables,
}: Compared): proto.DiffResponse {
  const response = new provider.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = provider.DiffResponse.DiffChanges;
  response.setChanges(changed.length > 0 || confirms ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList([...changed]);
  response.setReplacesList([...replaces]);
  response.setStablesList([...stables]);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(detail.length > 0);
  for (const [path, change, replacing] of detail) {
    const place = new provider.PropertyDiff();
    place.setKind(kinds[change][replacing ? 1 : 0]);
    response.getDetaileddiffMap().set(path, place);
  }
  return response;
}
