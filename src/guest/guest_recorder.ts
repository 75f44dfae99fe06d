/** What a guest's own kernel does and loses, told to the host's recorder as the guest's. */
import { type Loss, type Recorder, type Step } from "../abi/steps.ts";

export class GuestRecorder implements Recorder {
  constructor(private readonly recorder: Recorder, private readonly guest: string) {}

  /** A kernel reports its acts as dom0's; stores and hypercalls below it are reported where they happen. */
  step(step: Step): void {
    const { guest } = this;
    this.recorder.step(
      step.kind === "dom0"
        ? { kind: "domain", what: `in the guest: ${step.what} ${step.target}`, domain: guest }
        : step,
    );
  }

  loss(loss: Loss): void {
    this.recorder.loss({ ...loss, object: `${loss.object} in ${this.guest}`, owner: loss.owner ?? this.guest });
  }
}
