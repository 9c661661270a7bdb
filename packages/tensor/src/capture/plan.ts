import * as tf from '@tensorflow/tfjs-core';
import { backendFunction } from '../backend/backend-function.js';
import type { KernelCall } from './kernel-call.js';

/** A captured step as a backend plans it. Tensors are numbered as slots; the first ones are the inputs. */
export interface PlannedStep {
  readonly calls: readonly KernelCall[];
  /** For each input whether the step consumes it. */
  readonly consumedInputs: readonly boolean[];
  /** The data of the weights and constants by slot; they stay until the plan is disposed. */
  readonly constants: ReadonlyMap<number, object>;
  /** The slots of results that the step returns. */
  readonly returnedSlots: readonly number[];
}

/** A captured step that a backend runs as a whole, in memory that was planned once. */
export interface Plan {
  /**
   * Runs the step on inputs with the data `slotData[slot]`, and writes the data of the returned results there, with a
   * reference for each of their slots. Returns false if the step must run call by call: a kernel has an error, an input
   * is shared, or the backend is another one. Caches may hold the new rows already.
   */
  run(backend: tf.KernelBackend, slotData: object[]): boolean;
  /** Frees the memory of the plan. */
  dispose(): void;
}

/** Plans a captured step on a backend; undefined if a kernel reads values or has no plan. */
export type Planner = (backend: tf.KernelBackend, step: PlannedStep) => Plan | undefined;

const planners = /* @__PURE__ */ backendFunction<Planner>('residual.plan');

/** Registers how a backend plans captured steps; an existing planner stays. For backend packages. */
export function registerPlanner(backendName: string, planner: Planner): void {
  planners.register(backendName, planner);
}

/** The plan of a step on the active backend, if it has one. */
export function planOf(step: PlannedStep): Plan | undefined {
  return planners.of(tf.getBackend())?.(tf.backend(), step);
}
