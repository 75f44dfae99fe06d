/** The machine as a whole: its state and forks, its journal and store, its making and its power. */
export { boot, powerOff } from "./boot.ts";
export { type HostViolation, violations } from "./check.ts";
export { COMPONENT_NAMES, type HostState } from "./components.ts";
export { type Difference, differenceBetween } from "./difference.ts";
export { explainStore, type Explanation } from "./explain.ts";
export { type HostFacts, type Management } from "./facts.ts";
export { Fork } from "./fork.ts";
export { type CommitFault, type EntryDraft, Host } from "./host.ts";
export { type HostImage } from "./image.ts";
export { type CaptureFolder, type CaptureState, importCapture } from "./import/capture.ts";
export { explainImport, type ImportFault, importTables } from "./import/tables.ts";
export { digest, foldSteps, logOf, type StepRun, stepsOf, stepText } from "./journal.ts";
export { type DimmNames, dimmNamesOn, groupSteps, groupText, type StepGroup } from "./step_groups.ts";
export { openHost } from "./open.ts";
export { MemoryStore } from "./store/memory_store.ts";
export { SqliteStore } from "./store/sqlite_store.ts";
export { type EntryKind, type JournalEntry, type Store, type StoredChange, type StoreFault } from "./store/store.ts";
export { explainUndo, hindrance, newestUndo, redoable, standing, takeBack, undoable, type UndoFault } from "./undo.ts";
