/** UUIDs that the tools draw, by order of appearance. Identifiers with a meaning keep it. Only for tests. */

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Chosen by hand, zero, and the GUIDs of types and abstractions (as ndctl prints them). */
const MEANT =
  /^0badcafe|^0{8}-|^79d3f066|^66f0d379|^fc3b6318|^18633bfc|^ba006426|^266400ba|^9c6da897|^97a86d9c|^a263ed8a/;

export class Uuids {
  readonly #names = new Map<string, string>();

  /** The same UUID has the same name in every text that one object is given. */
  normalised(text: string): string {
    return text.replace(UUID, (uuid) => {
      if (MEANT.test(uuid)) return uuid;
      let name = this.#names.get(uuid);
      if (name === undefined) this.#names.set(uuid, name = `<uuid ${this.#names.size}>`);
      return name;
    });
  }
}
