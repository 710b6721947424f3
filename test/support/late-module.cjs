// Knows what Pulumi's SDK loads at each start and its server for dynamic providers does not use: each is loaded when it is used.
for (const name of ["@npmcli/arborist", "normalize-package-data", "typescript"]) {
  const filename = require.resolve(name);
  const whole = () => {
    if (require.cache[filename]?.exports === late) delete require.cache[filename];
    return require(filename);
  };
  const late = new Proxy(() => undefined, {
    apply: (_, self, args) => Reflect.apply(whole(), self, args),
    get: (_, member) => member === "__esModule" || whole()[member],
  });
  require.cache[filename] = { id: filename, filename, loaded: true, exports: late, children: [], paths: [] };
}
