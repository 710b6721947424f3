// What the state's `__provider` requires for OAuth2Client. Knows the type's name alone.

import provider = require("./lazy.cts");

export = provider("OAuth2Client");
