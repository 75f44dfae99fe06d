/** Stories recorded on a real kernel: after every command the file lies just where it lay there. */
import assert from "node:assert/strict";
import { type FilesystemType } from "../../../src/dom0/mod.ts";
import { type StoryExtent, VolumeStory } from "./volume_story.ts";

const STORIES = new URL("../../../fixtures/filesystems/", import.meta.url);

interface Step {
  readonly line: string;
  readonly extents: StoryExtent[];
}

function stepsOf(text: string): { readonly size: number; readonly steps: Step[] } {
  const steps: Step[] = [];
  let size = 0;
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("size ")) size = Number(line.slice(5));
    else if (!line.startsWith(" ")) steps.push({ line, extents: [] });
    else {
      const [start, length, block, unwritten] = line.trim().split(" ");
      steps.at(-1)!.extents.push([Number(start), Number(length), Number(block), unwritten === "u"]);
    }
  }
  return { size, steps };
}

/** Carries out one line; returns the file that it was about, if it still exists. */
function act(story: VolumeStory, line: string): string | undefined {
  const [verb, ...words] = line.split(" ");
  const name = words.at(-1)!;
  switch (verb) {
    case "fallocate":
      story.fallocate(name, Number(words[1]));
      return name;
    case "truncate":
      story.truncate(name, Number(words[1]));
      return name;
    case "dd": {
      const operand = (key: string): string => words.find((word) => word.startsWith(`${key}=`))!.slice(key.length + 1);
      const file = operand("of");
      const notrunc = words.includes("conv=notrunc");
      story.dd(file, Number(operand("bs")), Number(operand("count")), Number(operand("seek")), !notrunc);
      return file;
    }
    case "rm":
      story.rm(name);
      return undefined;
    case "remount":
      story.remount();
      return undefined;
    default:
      throw new Error(`no such step: ${line}`);
  }
}

for (
  const { name } of [...Deno.readDirSync(STORIES)].filter((file) => file.name.endsWith(".txt")).sort((
    a,
    b,
  ) => (a.name < b.name ? -1 : 1))
) {
  Deno.test(`${name}: allocation as recorded`, () => {
    const { size, steps } = stepsOf(Deno.readTextFileSync(new URL(name, STORIES)));
    const story = new VolumeStory(name.split("-")[0] as FilesystemType, size);
    steps.forEach(({ line, extents }, i) => {
      const file = act(story, line);
      if (file !== undefined) assert.deepEqual(story.extents(file), extents, `step ${i}: ${line}`);
    });
  });
}
