// Runs the plugin, with what V8 compiled of it when the release was made. Another V8 ignores that, and compiles again.
const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const [filename, cache] = ["plugin.js", "plugin.cache"].map((name) => join(__dirname, name));
const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
new Script(readFileSync(filename, "latin1"), { filename, cachedData }).runInThisContext()(require, __dirname);
