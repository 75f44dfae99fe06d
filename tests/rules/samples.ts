/**
 * No source knows a captured host by name, as a lint plugin: the rule is implemented, never the sample. Whatever lies in
 * fixtures/hosts is a name; the default host has to be named somewhere, at the edge.
 */

const ROOT = new URL("../../", import.meta.url);
const EDGE = "src/cli/paths.ts";

const names = [...Deno.readDirSync(new URL("fixtures/hosts/", ROOT))].map(({ name }) => name);
/** Whole words only: `carve-v12` is not in `carve-v12x`. */
const named = new RegExp(`(?<![\\w-])(${names.sort((a, b) => b.length - a.length).join("|")})(?![\\w-])`);

const plugin: Deno.lint.Plugin = {
  name: "samples",
  rules: {
    "no-fixture-names": {
      create(context) {
        const file = context.filename.slice(ROOT.pathname.length);
        if (!/^(src|tui)\//.test(file) || file === EDGE) return {};
        return {
          Program(node) {
            const text = context.sourceCode.text;
            const name = named.exec(text)?.[1];
            if (name) {
              context.report({ node, message: `the fixture ${name} is a sample: implement the rule behind it` });
            }
          },
        };
      },
    },
  },
};

export default plugin;
