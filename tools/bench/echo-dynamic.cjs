// Knows how a dynamic provider does nothing. The floor that dynamic resources are measured against.
let made = 0;

module.exports = {
  check: async (_, news) => ({ inputs: news, failures: [] }),
  diff: async () => ({ changes: false }),
  create: async (inputs) => {
    const id = `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`;
    return { id, outs: { clientId: id, ...inputs } };
  },
  read: async (id, props) => ({ id, props }),
  delete: async () => {},
};
