/** The line of a configuration file that names a domain's vNVDIMMs. */
export const vnvdimmsSetting = (specs: readonly string[]): string =>
  `vnvdimms = [ ${specs.map((spec) => `'${spec.replaceAll(/[\\']/g, "\\$&")}'`).join(", ")} ]`;
