/** The toolstack's own command lines: xl, xenstore-ls, xen-ndctl. */
export { xlCommands } from "./xl_commands.ts";
export { xenNdctlCommands } from "./xen_ndctl.ts";
export { planRows, planValue } from "./pmem_plan.ts";
export { yajlJson } from "./yajl_json.ts";
