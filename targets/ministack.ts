import { pythonTarget } from "./python-server.ts";

/** ministack, which emulates many services in one process; Lambda's control plane needs no Docker there. */
export const ministack = pythonTarget({
  name: "ministack",
  requirement: "ministack==1.5.33",
  cannot: [{ needs: "faults", reason: "ministack cannot be asked for a 429 or a 500." }],
  command: (port) => ({
    args: ["-m", "ministack"],
    env: { GATEWAY_PORT: String(port), BIND_HOST: "127.0.0.1", LOG_LEVEL: "WARNING" },
  }),
});
