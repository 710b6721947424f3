// What the state's `__provider` requires for ClientLifespans. Knows the type's name alone.

import provider = require("./lazy.cts");

export = provider("ClientLifespans");
