/** Thrown to leave the parse of a configuration, in the middle of which xl stops; parseConfig catches it. */
export class Refused extends Error {
  constructor(readonly text: string, readonly status = 1) {
    super();
  }
}
