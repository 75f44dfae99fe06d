/** Whatever is done with files, blocks have one owner and none gets lost. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { MiB } from "../../../src/base/units.ts";
import { FREE_SCHEMA } from "../../../src/dom0/files/free_space.ts";
import { mapKey, openMap } from "../../../src/dom0/files/volume.ts";
import { VolumeStory } from "./volume_story.ts";

const name = fc.constantFrom("a", "b", "c", "d", "e");
const act = fc.oneof(
  fc.record({ verb: fc.constant("fallocate" as const), name, bytes: fc.integer({ min: 1, max: 300 * MiB }) }),
  fc.record({ verb: fc.constant("truncate" as const), name, bytes: fc.integer({ min: 0, max: 100 * MiB }) }),
  fc.record({
    verb: fc.constant("dd" as const),
    name,
    blockSize: fc.constantFrom(4096, 65536, MiB),
    count: fc.integer({ min: 1, max: 40 }),
    seek: fc.integer({ min: 0, max: 30 }),
    truncate: fc.boolean(),
  }),
  fc.record({ verb: fc.constant("rm" as const), name }),
  fc.record({ verb: fc.constant("remount" as const) }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

function perform(story: VolumeStory, step: Act): void {
  switch (step.verb) {
    case "fallocate":
      story.fallocate(step.name, step.bytes);
      return;
    case "truncate":
      return story.truncate(step.name, step.bytes);
    case "dd":
      story.dd(step.name, step.blockSize, step.count, step.seek, step.truncate);
      return;
    case "rm":
      return story.names().includes(step.name) ? story.rm(step.name) : undefined;
    case "remount":
      return story.remount();
  }
}

/** Every block: free, set aside, a file's, or its extent tree's; and never two of these. */
function assertSound(story: VolumeStory, total: number): void {
  const { uuid, shared, freeBlocks, blockSize } = story.filesystem;
  const free = openMap(FREE_SCHEMA, story.state.maps, mapKey(uuid, "free"));
  const all = free.fork();
  let sum = 0;
  for (const { start, end } of free.entries()) sum += end - start;
  const claim = (start: number, end: number, whose: string): void => {
    assert.ok(all.claim(start, end, {}).isOk(), `${whose} shares blocks ${start} to ${end}`);
  };
  let aside = 0;
  for (const { start, end } of shared) {
    claim(start, end, "the shared preallocation");
    aside += end - start;
  }
  assert.equal(sum + aside, freeBlocks, "the count of free blocks");
  let used = 0;
  for (const file of story.names()) {
    for (const [, length, block] of story.extents(file)) {
      claim(block, block + length, file);
      used += length;
    }
    for (const block of story.tree(file)) claim(block, block + 1, `the tree of ${file}`);
    used += story.tree(file).length;
  }
  assert.equal(freeBlocks + used, total, `blocks of ${blockSize} bytes in all`);
}

for (const [type, bytes] of [["ext4", 254 * MiB], ["ext4", 2600 * MiB], ["xfs", 700 * MiB]] as const) {
  Deno.test(`${type} of ${bytes / MiB} MiB: every block has one owner, and none is lost`, () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 25 }), (steps) => {
        const story = new VolumeStory(type, bytes);
        const total = story.freeBlocks;
        for (const step of steps) {
          perform(story, step);
          assertSound(story, total);
        }
        for (const file of story.names()) story.rm(file);
        story.remount();
        assert.equal(story.freeBlocks, total);
      }),
      { numRuns: 40 },
    );
  });
}
