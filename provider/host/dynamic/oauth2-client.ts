// What the state's `__provider` requires for OAuth2Client. Knows the type's name alone.

import { provider } from "./lazy.ts";

export default provider("OAuth2Client");
