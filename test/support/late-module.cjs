// Knows what Pulumi's SDK loads at each start and its server for dynamic providers does not use: each is loaded when it is used.
const lately = require("./lately.cjs");

for (const name of ["@npmcli/arborist", "normalize-package-data", "typescript"]) {
  const filename = require.resolve(name);
  const late = lately(() => {
    if (require.cache[filename]?.exports === late) delete require.cache[filename];
    return require(filename);
  });
  require.cache[filename] = { id: filename, filename, loaded: true, exports: late, children: [], paths: [] };
}
