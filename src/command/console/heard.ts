/** What commands print and say before they end (batch, exec), kept for the console to show. */
import { outText } from "../language/output.ts";

export class Heard {
  #printed = "";
  #said = "";
  readonly print = (data: string | Uint8Array): void => {
    this.#printed += outText({ out: data });
  };
  readonly say = (text: string): void => {
    this.#said += text;
  };

  /** All since the last time. */
  take(): { readonly printed: string; readonly said: string } {
    const heard = { printed: this.#printed, said: this.#said };
    this.#printed = this.#said = "";
    return heard;
  }
}
