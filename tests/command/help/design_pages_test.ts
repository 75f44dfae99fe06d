/** The commands on `help designs` and `help questions` work, one after the other, on a fresh default host. */
import assert from "node:assert/strict";
import { designPages } from "../../../src/command/help/design_pages.ts";
import { outText } from "../../../src/command/language/output.ts";
import { hostFrom, imageFrom, sessionOn } from "../../support/session.ts";

/** The default host's. */
const FIXTURE = "server-two-socket";

interface Example {
  readonly title: string;
  readonly commands: readonly string[];
}

/** A paragraph's indented lines, up to a column of remarks; paragraphs without any are left out. */
const examples = (text: string): Example[] =>
  text.split("\n\n").flatMap((paragraph) => {
    const commands = [...paragraph.matchAll(/^ {4}(.*?)(?: {3,}.*)?$/gm)].map(([, command]) => command!);
    return commands.length === 0 ? [] : [{ title: paragraph.split("\n")[0]!, commands }];
  });

for (const page of designPages) {
  for (const { title, commands } of examples(page.text())) {
    Deno.test(`help ${page.word}: ${title}`, async () => {
      const { run, said } = sessionOn(hostFrom(imageFrom(FIXTURE)));
      let last = "";
      for (const line of commands) {
        const words = line.replace("NAME", FIXTURE).replace(/^! /, "").replace(/^--yes /, "");
        const { status, err, ...rest } = await run(words, { yes: line.startsWith("--yes") });
        assert.equal(status === 0, !line.startsWith("!"), `${line}\n${err}${said.join("")}`);
        last = outText(rest) + err;
      }
      if (/reads? /.test(commands.at(-1)!)) assert.match(last, /kept/);
    });
  }
}

Deno.test("each question has something to try", () => {
  const questions = designPages.find(({ word }) => word === "questions")!.text();
  assert.equal(examples(questions).length, questions.match(/^\S.*\?$/gm)!.length);
});
