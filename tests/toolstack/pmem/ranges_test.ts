/** Management `xen`: regions by frame, as RFC v4, and the same by xen-ndctl. */
import assert from "node:assert/strict";
import { Story } from "../story.ts";
import { underXen } from "../joined.ts";

const story = () => Story.on("server-two-socket", underXen);

Deno.test("raw regions come from NFIT; mgmt and data are set up by frames and listed", () => {
  const xen = story();
  assert.equal(xen.ok("ndctl list"), "", "dom0 sees no NFIT");
  assert.equal(
    xen.ok("xl pmem-list"),
    "List of RAW PMEM regions:\n 0: mfn 0x400000 - 0x2400000, pxm 0\n 1: mfn 0x3000000 - 0x5000000, pxm 1\n",
  );
  xen.ok("xl pmem-setup -m 0x400000 0x420000");
  xen.ok("xl pmem-setup -d 0x420000 0x800000 0x400000 0x420000");
  assert.match(xen.ok("xl pmem-list -m"), /0: mfn 0x400000 - 0x420000, used 0x[0-9a-f]+ pages/);
  assert.match(xen.ok("xl pmem-list --data"), /0: mfn 0x420000 - 0x800000, mgmt mfn 0x40[0-9a-f]+ - 0x4[0-9a-f]+/);
  assert.match(xen.ok("xen-ndctl list --mgmt"), /^Management PMEM regions:\n 0: MFN 0x400000 - 0x420000, used 0x/);
  xen.sound();
});

Deno.test("Xen's refusals come with its errno's words", () => {
  const xen = story();
  xen.ok("xl pmem-setup -m 0x400000 0x402000");
  xen.fails("xl pmem-setup -m 0x400000 0x402000", 1, /Error: pmem-setup failed, File exists/);
  xen.fails("xl pmem-setup -m 0x410001 0x420000", 1, /Invalid argument/);
  xen.fails("xl pmem-setup -m 0x100000 0x120000", 1, /Invalid argument/);
  xen.fails("xl pmem-setup -d 0x500000 0x600000 0x700000 0x710000", 1, /No such device or address/);
  xen.fails("xl pmem-setup -d 0x500000 0x2400000 0x400000 0x402000", 1, /No space left on device/);
});

Deno.test("xen-ndctl has v3's verbs and exit statuses", () => {
  const xen = story();
  assert.equal(xen.ok("xen-ndctl list-cmds"), "help\nlist\nlist-cmds\nsetup-data\nsetup-mgmt\n");
  xen.ok("xen-ndctl setup-mgmt 0x400000 0x402000");
  xen.fails("xen-ndctl setup-mgmt 0x400000 0x402000", 256 - 17, /File exists/);
  xen.fails("xen-ndctl setup-mgmt 0x400000", 256 - 22, /too few arguments/);
  xen.fails("xen-ndctl setup-mgmt 1 2 3", 256 - 22, /extra argument '3'/);
  xen.fails("xen-ndctl setup-data 1 2 3 lots", 256 - 22, /'lots' is not a number/);
  xen.fails("xen-ndctl frobnicate", 256 - 38, /unknown command 'frobnicate'/);
  xen.fails("xen-ndctl list --some", 256 - 22, /unknown argument/);
});

Deno.test("a guest gets frames of a data region, and a path is refused there", () => {
  const xen = story();
  xen.ok("xl pmem-setup -m 0x400000 0x420000");
  xen.ok("xl pmem-setup -d 0x420000 0x800000 0x400000 0x420000");
  const frames = "type=mfn, backend=0x440000, nr_pages=0x4000, nr_label_pages=32";
  xen.start(1, [frames]);
  assert.match(xen.ok("xl vnvdimm-list g1"), /63.88 MiB {3}128.00 KiB/);
  xen.fails(`xl create ${xen.config(2, "vnvdimms = [ '/dev/pmem0' ]")}`, 3, /Xen manages pmem on this host/);
  xen.fails(
    `xl create ${xen.config(3, `vnvdimms = [ 'type=mfn, backend=0x441000, nr_pages=0x10' ]`)}`,
    3,
    /is in use by g1, slot 0/,
  );
  xen.fails(
    `xl create ${xen.config(4, `vnvdimms = [ 'type=mfn, backend=0x900000, nr_pages=0x10' ]`)}`,
    3,
    /did not map mfn 0x900000: No such device or address\nthe frames are in no data region/,
  );
  xen.fails(
    `xl create ${xen.config(5, `vnvdimms = [ 'type=mfn, backend=0x2400000, nr_pages=0x10' ]`)}`,
    3,
    /lies in no single interleave set/,
  );
  xen.sound();
});
