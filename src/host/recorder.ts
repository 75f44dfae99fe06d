/** Collects what a fork does to the outside, and what would be lost. */
import { type Loss, type Recorder, type Step } from "../abi/steps.ts";

export class StepRecorder implements Recorder {
  readonly steps: Step[] = [];
  readonly losses: Loss[] = [];

  step(step: Step): void {
    this.steps.push(step);
  }

  loss(loss: Loss): void {
    this.losses.push(loss);
  }
}
