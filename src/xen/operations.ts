/** Every operation that Xen answers, for `help hypercalls` and `trace`: the tables that the code itself runs. */
import { pmemAddOperation, pmemAddRawOperation } from "./hypercalls/pmem_add.ts";
import { pmemReleaseOperation } from "./hypercalls/pmem_release.ts";
import { getRegionsNrOperation, getRegionsOperation } from "./hypercalls/nvdimm_regions.ts";
import { setupDataOperation, setupMgmtOperation } from "./hypercalls/nvdimm_setup.ts";
import { sanitizeOperation } from "./hypercalls/nvdimm_sanitize.ts";
import { populatePmemMapOperation } from "./hypercalls/populate_pmem_map.ts";
import { populatePhysmapOperation } from "./hypercalls/populate_physmap.ts";
import { createDomainOperation } from "./hypercalls/domctl_create.ts";
import { lifeOperations } from "./hypercalls/domctl_life.ts";
import { resourceOperations } from "./hypercalls/domctl_resources.ts";
import { schedOperations } from "./hypercalls/sched_op.ts";
import { sysctlOperations } from "./hypercalls/sysctl_info.ts";
import { pmemRwOperation } from "./hypercalls/dm_pmem_rw.ts";
import { DM_GATE } from "./hypercalls/dm_op.ts";
import { type Operation } from "./call.ts";

export const OPERATIONS: readonly Operation[] = [
  pmemAddOperation,
  pmemAddRawOperation,
  pmemReleaseOperation,
  getRegionsNrOperation,
  getRegionsOperation,
  setupMgmtOperation,
  setupDataOperation,
  sanitizeOperation,
  populatePmemMapOperation,
  { ...pmemRwOperation, checks: [...DM_GATE, ...pmemRwOperation.checks] },
  createDomainOperation,
  ...lifeOperations,
  ...resourceOperations,
  populatePhysmapOperation,
  ...schedOperations,
  ...sysctlOperations,
];
