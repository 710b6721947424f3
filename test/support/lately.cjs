// Knows how a module is loaded when something of it is used. What is asked of every module at once does not load it.
/** @param {() => any} whole loads it */
module.exports = (whole) =>
  new Proxy(() => undefined, {
    apply: (_, self, args) => Reflect.apply(whole(), self, args),
    get: (_, name) => name === "__esModule" || whole()[name],
  });
