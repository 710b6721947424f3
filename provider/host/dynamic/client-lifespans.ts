// What the state's `__provider` requires for ClientLifespans. Knows the type's name alone.

import { provider } from "./lazy.ts";

export default provider("ClientLifespans");
