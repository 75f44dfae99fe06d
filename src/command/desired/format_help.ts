/** The format of the file, for `help plan`: printed from the tables that it is read by. */
import { wrapped } from "../tables/wrapped.ts";
import { type Keys } from "./keys.ts";
import { TABLES } from "./format.ts";

const WIDTH = 116;
const KEY_WIDTH = 13;

const EXAMPLE = `  [options]
  prune = ["xen"]                    # nothing is Xen's but what is named below

  [namespace.db]
  numa_node = 1
  mode      = "devdax"
  size      = "16G"

  [xen.db]                           # xl pmem-setup --namespace

  [domain.db1]
  config    = "guests/db1.cfg"       # seen from this file
  state     = "running"
  autostart = true`;

const tableText = (header: string, what: string, keys: Keys): string =>
  [
    `  ${header.padEnd(18)}${what}`,
    ...Object.entries(keys).flatMap(([name, { takes, help }]) =>
      wrapped(`${help} (${takes})`, WIDTH - KEY_WIDTH - 4).map((line, at) =>
        `    ${(at === 0 ? name : "").padEnd(KEY_WIDTH)}${line}`
      )
    ),
  ].join("\n");

export const FORMAT_HELP =
  `The file is TOML. It declares what the host is to have; what it does not name is left alone, and so is
every property that it does not mention. What is made anew gets ndctl's defaults for those:

${EXAMPLE}

Tables and keys:

${TABLES.map(({ header, what, keys }) => tableText(header, what, keys)).join("\n\n")}

Namespaces are known by the name in their label; one without a name by the kernel's, [namespace."namespace0.0"].
Another mode, size, map or alignment means configuring a namespace anew: in place (ndctl create-namespace -e) where it can
stay, else by destroying it. Either way its content is a loss, shown before it happens. A namespace that is mounted, or that
a guest has or is kept for, is never touched: that is refused (4), with the way out.`;
