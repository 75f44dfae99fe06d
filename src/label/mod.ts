/** Label storage areas and info blocks: what is written on the DIMMs about namespaces, and how to change it safely. */
export * from "./area.ts";
export * from "./geometry.ts";
export * from "./index_block.ts";
export * from "./initialise.ts";
export * from "./label_update.ts";
export * from "./namespace_label.ts";
export * from "./namespaces.ts";
export * from "./reservations.ts";
