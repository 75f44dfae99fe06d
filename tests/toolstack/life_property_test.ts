/**
 * Any row of an operator's commands leaves the host sound: what is refused leaves nothing, what is done is what the records
 * say, and no guest ever reads what another one wrote.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Domid, type Gpa } from "../../src/abi/address.ts";
import { type Host, violations } from "../../src/host/mod.ts";
import { filesOf } from "../command/xl/runner.ts";
import { sessionOn, type TestSession } from "../support/session.ts";
import { bootedHost } from "./joined.ts";
import { uuidOf } from "./story.ts";

const GUESTS = [1, 2, 3];
const NAMESPACES = ["namespace1.3", "namespace0.0", "namespace1.0", "namespace0.2", "namespace0.4"];
const ROOM = "nvdeck_vnvdimm_slots = 2\nnvdeck_vnvdimm_reserve = '64G'";

const guest = fc.constantFrom(...GUESTS);
const namespace = fc.constantFrom(...NAMESPACES);
const spec = fc.tuple(namespace, fc.constantFrom(0, 32)).map(([name, labels]) =>
  labels === 0 ? name : `type=namespace, backend=${name}, nr_label_pages=${labels}`
);
const specs = fc.array(spec, { maxLength: 2 });
const handover = fc.constantFrom("", "--sanitize", "--keep-content");

/** A command line; what it needs of a configuration is put at the path first. */
interface Act {
  readonly line: string;
  readonly config?: { readonly n: number; readonly text: string };
}

const line = (text: string): Act => ({ line: text });
const act: fc.Arbitrary<Act> = fc.oneof(
  { arbitrary: namespace.map((name) => line(`xl pmem-setup --namespace ${name}`)), weight: 3 },
  fc.tuple(namespace, guest).map(([name, n]) => line(`xl pmem-release --namespace ${name} --forget g${n}`)),
  {
    arbitrary: fc.tuple(guest, specs, handover).map(([n, list, option]): Act => {
      const vnvdimms = list.map((each) => `'${each}'`).join(", ");
      const text = `name = 'g${n}'\nuuid = '${
        uuidOf(n)
      }'\ntype = 'hvm'\nmemory = 64\nvnvdimms = [ ${vnvdimms} ]\n${ROOM}\n`;
      return { line: `xl create ${option} /g${n}.cfg`, config: { n, text } };
    }),
    weight: 4,
  },
  {
    arbitrary: fc.tuple(fc.constantFrom("destroy", "reboot", "shutdown"), guest).map(([verb, n]) =>
      line(`xl ${verb} g${n}`)
    ),
    weight: 4,
  },
  {
    arbitrary: fc.tuple(guest, spec, handover).map(([n, one, option]) =>
      line(`xl vnvdimm-attach ${option} g${n} '${one}'`)
    ),
    weight: 3,
  },
  { arbitrary: fc.tuple(guest, fc.nat(1)).map(([n, slot]) => line(`xl vnvdimm-detach g${n} ${slot}`)), weight: 3 },
  namespace.map((name) => line(`ndctl destroy-namespace -f ${name}`)),
  fc.constant(line("host reboot")),
);

/** Each guest looks what stands at the start of its vNVDIMMs, and then marks them as its own. */
async function mark(host: Host, { run }: TestSession, kept: boolean): Promise<void> {
  const { toolstack, xen } = host.fork();
  for (const { domid, name, uuid, vnvdimms } of toolstack.records()) {
    for (const { gpa } of vnvdimms) {
      const there = xen.guestMemory.load(domid as Domid, gpa as Gpa, uuid.length)._unsafeUnwrap();
      const owner = new TextDecoder().decode(there);
      const foreign = owner !== uuid && GUESTS.some((n) => uuidOf(n) === owner);
      assert.ok(!foreign || kept, `${name} reads what ${owner} wrote`);
      if (owner === uuid) continue;
      const { status, err } = await run(`guest write --domain ${name} --gpa ${gpa} --text ${uuid}`, { yes: true });
      assert.equal(status, 0, err);
    }
  }
}

Deno.test("any row of commands leaves a sound host, and content stays its owner's", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 15, maxLength: 40 }), async (acts) => {
      const host = bootedHost("server-two-socket");
      const configs = new Map<string, string>();
      const session = sessionOn(host, { files: filesOf(configs) });
      const done: string[] = [];
      const before = NAMESPACES.slice(0, 3).map((name) => line(`xl pmem-setup --namespace ${name}`));
      for (const { line, config } of [...before, ...acts]) {
        if (config) configs.set(`/g${config.n}.cfg`, config.text);
        const { status } = await session.run(line, { yes: true });
        done.push(`${line} -> ${status}`);
        const fork = host.fork();
        assert.deepEqual(violations(fork), [], done.join("\n"));
        for (const { uuid, vnvdimms } of fork.toolstack.records()) {
          for (const { slot } of vnvdimms) {
            const claim = fork.state.toolstack.assignments.get(`${uuid}/${slot}`);
            assert.ok(claim, `slot ${slot} of ${uuid} is nobody's\n${done.join("\n")}`);
          }
        }
        await mark(host, session, line.includes("--keep-content"));
      }
    }),
    { numRuns: 25 },
  );
});
