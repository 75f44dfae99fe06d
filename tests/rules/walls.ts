/**
 * The walls of the house as a lint plugin: a file imports its own folder and lower levels, never sideways or upwards.
 * Static imports, re-exports, `import type`, `import()` and `typeof import()` are treated alike.
 */

const LEVEL: Readonly<Record<string, number>> = {
  "src/base": 0,
  "src/acpi": 1,
  "src/label": 1,
  "src/ept": 1,
  "src/abi": 1,
  "src/machine": 2,
  "src/dom0": 3,
  "src/xen": 3,
  "src/toolstack": 4,
  "src/device_model": 4,
  "src/guest": 4,
  "src/host": 5,
  "src/command": 6,
  "src/cli": 7,
  "tui": 7,
  "src": 8,
};

/** Walls that the levels alone do not draw: [from, to, why]. */
const WALLS: readonly (readonly [string, string, string])[] = [
  ["src/toolstack", "src/xen", "the toolstack knows Xen only by hypercalls"],
  ["src/device_model", "src/xen", "the device model knows Xen only by hypercalls"],
  ["src/guest", "src/xen", "a guest knows Xen only by its memory and hypercalls"],
  ["src/xen", "src/label", "Xen knows no namespaces"],
];

/** Folders (or files) that may talk to the operating system. */
const SYSTEM = ["src/main.ts", "src/cli/", "src/host/store/", "tui/app/", "tui/terminal/", "tui/charts/", "tests/"];
/** From this level down there is no clock, no chance and no console. */
const PURE_BELOW = 7;
const IMPURE = new Set(["Date", "crypto", "console"]);

/** `src/label/btt.ts` -> `src/label`; `src/main.ts` -> `src`; `tui/keys.ts` -> `tui`; undefined outside the house. */
export function roomOf(path: string): string | undefined {
  const [top, second, ...rest] = path.split("/");
  if (top === "tui") return "tui";
  if (top !== "src") return undefined;
  return rest.length === 0 ? "src" : `src/${second}`;
}

/** Why `from` may not import `to` (paths from the repository's root), or undefined where it may. */
export function wallBetween(from: string, to: string): string | undefined {
  const here = roomOf(from);
  const there = roomOf(to);
  if (here === undefined) return undefined;
  if (there === undefined) return to.startsWith("tests/") ? "the product does not import its tests" : undefined;
  if (here === there) return undefined;
  const [low, high] = [LEVEL[there], LEVEL[here]];
  if (low === undefined || high === undefined) return `${low === undefined ? there : here} is not a room of the house`;
  if (low > high) return `imports point down: ${here} (level ${high}) may not know ${there} (level ${low})`;
  if (low === high) return `${here} and ${there} stand side by side (level ${high}): neither may know the other`;
  return WALLS.find(([a, b]) => a === here && b === there)?.[2];
}

/** Resolves a relative specifier against the importing file; undefined for packages. */
export function resolveFrom(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const parts = file.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

const ROOT = new URL("../../", import.meta.url).pathname;
const relative = (file: string): string => (file.startsWith(ROOT) ? file.slice(ROOT.length) : file);

const mayTouchSystem = (file: string): boolean =>
  roomOf(file) === undefined || SYSTEM.some((prefix) => file.startsWith(prefix));
const mustBePure = (file: string): boolean =>
  (LEVEL[roomOf(file) ?? ""] ?? PURE_BELOW) < PURE_BELOW && !mayTouchSystem(file);

interface Literal {
  readonly value?: unknown;
}

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    walls: {
      create(context) {
        const file = relative(context.filename);
        const check = (node: Deno.lint.Node, source: Literal | null | undefined) => {
          if (!source || typeof source.value !== "string") return;
          if (source.value.startsWith("node:") && !mayTouchSystem(file)) {
            context.report({
              node,
              message: `${source.value} belongs at the edge of the house (${SYSTEM.join(", ")})`,
            });
          }
          const to = resolveFrom(file, source.value);
          const why = to === undefined ? undefined : wallBetween(file, to);
          if (why) context.report({ node, message: why });
        };
        return {
          ImportDeclaration: (node) => check(node, node.source),
          ExportNamedDeclaration: (node) => check(node, node.source),
          ExportAllDeclaration: (node) => check(node, node.source),
          ImportExpression: (node) => check(node, node.source as Literal),
          TSImportType: (node) =>
            check(node, (node.argument as { literal?: Literal } & Literal).literal ?? node.argument as Literal),
        };
      },
    },
    system: {
      create(context) {
        const file = relative(context.filename);
        return {
          MemberExpression(node) {
            if (node.object.type !== "Identifier") return;
            const name = node.object.name;
            if (name === "Deno" && !mayTouchSystem(file)) {
              context.report({ node, message: "Deno.* belongs at the edge of the house" });
            }
            const chance = name === "Math" && node.property.type === "Identifier" && node.property.name === "random";
            if (mustBePure(file) && (IMPURE.has(name) || chance)) {
              context.report({
                node,
                message: `no ${chance ? "Math.random" : name} below the command line: take it as an argument`,
              });
            }
          },
          NewExpression(node) {
            if (mustBePure(file) && node.callee.type === "Identifier" && node.callee.name === "Date") {
              context.report({ node, message: "no Date below the command line: model time is a component" });
            }
          },
        };
      },
    },
  },
};

export default plugin;
