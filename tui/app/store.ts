/**
 * The running console: holds the model, feeds messages to `update`, and carries out effects. React only draws what is
 * here. Long work runs one slice per turn of the event loop, so that keys and frames get through in between.
 */
import type { ConsoleHost, Work } from "../../src/command/language/console_host.ts";
import type { Progress } from "../../src/command/language/command.ts";
import { type Effect, type Message } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Charts } from "../scene.ts";
import { updateAll } from "../update.ts";

/** Progress is drawn this often: work that is done sooner shows none. */
const PROGRESS_MS = 100;

export interface Outside {
  readonly copy: (text: string) => void;
  readonly quit: () => void;
  /** For what `update` and effects throw: a bug, so the console ends. */
  readonly fail: (error: unknown) => void;
}

export class Store {
  #model: Model;
  #charts: Charts | undefined;
  readonly #host: ConsoleHost;
  readonly #outside: Outside;
  readonly #listeners = new Set<() => void>();
  #work: { readonly ticket: number; readonly work: Work<unknown> } | undefined;

  constructor(model: Model, host: ConsoleHost, outside: Outside) {
    this.#model = model;
    this.#host = host;
    this.#outside = outside;
  }

  readonly model = (): Model => this.#model;
  readonly charts = (): Charts | undefined => this.#charts;
  readonly subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  setCharts(charts: Charts): void {
    this.#charts = charts;
    // A new object, so that whoever watches the model draws again.
    this.#replace({ ...this.#model });
  }

  /** All messages of one chunk of input, then one redraw. */
  send(...messages: readonly Message[]): void {
    const [model, effects] = updateAll(this.#model, messages);
    if (model !== this.#model) this.#replace(model);
    for (const effect of effects) this.#act(effect);
  }

  #replace(model: Model): void {
    this.#model = model;
    for (const listener of this.#listeners) listener();
  }

  #act(effect: Effect): void {
    switch (effect.kind) {
      case "quit":
        return this.#outside.quit();
      case "copy":
        return this.#outside.copy(effect.text);
      case "cancel":
        return this.#cancel();
      case "complete": {
        const completion = this.#host.complete(effect.line, effect.cursor);
        return this.send({ kind: "completed", line: effect.line, completion });
      }
      case "rehearse":
        return this.#start(effect.ticket, this.#host.rehearse(effect.lines), (rehearsal) => ({
          kind: "rehearsed",
          ticket: effect.ticket,
          rehearsal,
        }));
      case "run":
        return this.#start(effect.ticket, this.#host.run(effect.lines, effect.confirmed), (ran) => ({
          kind: "ran",
          ticket: effect.ticket,
          ran,
          snapshot: this.#host.snapshot(),
        }));
    }
  }

  #cancel(): void {
    const under = this.#work;
    this.#work = undefined;
    // deno-lint-ignore no-explicit-any -- both kinds of generator take a value of their own type here, which none reads
    (under?.work as Generator<Progress, any, void> | undefined)?.return(undefined);
  }

  #start<T>(ticket: number, work: Work<T>, message: (value: T) => Message): void {
    this.#cancel();
    this.#work = { ticket, work };
    this.#slices(ticket, work, message).catch(this.#outside.fail);
  }

  /** The first slice runs at once: most commands need no second one. */
  async #slices<T>(ticket: number, work: Work<T>, message: (value: T) => Message): Promise<void> {
    let said = performance.now();
    for (;;) {
      const slice = await work.next();
      if (this.#work?.ticket !== ticket) return;
      if (slice.done) {
        this.#work = undefined;
        return this.send(message(slice.value));
      }
      if (performance.now() - said > PROGRESS_MS) {
        const { what, done, total } = slice.value;
        this.send({ kind: "progress", ticket, progress: { what, done, total } });
        said = performance.now();
      }
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}
