import { pythonTarget } from "./python-server.ts";

/** moto's server. */
export const moto = pythonTarget({
  name: "moto",
  requirement: "moto[server]==5.2.5",
  cannot: [{ needs: "faults", reason: "moto cannot be asked for a 429 or a 500." }],
  command: (port) => ({ args: ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)] }),
});
