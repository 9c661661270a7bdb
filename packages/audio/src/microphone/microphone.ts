import { expectInteger, expectOptions, ResidualError } from '@residual/base';
import { resampler } from '../resample/resample.js';
import { type EnergyGateOptions, energyGate, type GateState } from '../voice/energy-gate.js';
import { captureName, captureWorklet } from './capture-worklet.js';

/** Settings of `microphone`. */
export interface MicrophoneOptions {
  /** Samples per second of what it gives. Default 16000. */
  readonly sampleRate?: number;
  /** Stops the microphone; the iteration then throws its reason. */
  readonly signal?: AbortSignal;
  /** What the page asks of the device. Default: echo cancellation, noise suppression and automatic gain. */
  readonly constraints?: MediaTrackConstraints;
  /** When the gate opens and closes. */
  readonly gate?: Omit<EnergyGateOptions, 'sampleRate'>;
  /** The address of a file with the text `captureWorklet`, where the page may not load `blob:` addresses. */
  readonly worklet?: string | URL;
}

/** Some new samples of a microphone, and whether somebody may be speaking. */
export interface MicrophonePart extends GateState {
  /** [length], all that came since the last part. */
  readonly samples: Float32Array;
  /** The time of the first sample in seconds since the start. */
  readonly time: number;
}

/** A running microphone: its parts in order, until `stop`. */
export interface Microphone extends AsyncIterable<MicrophonePart> {
  /** Samples per second. */
  readonly sampleRate: number;
  /** Turns the microphone off; the iteration ends after what came before. */
  readonly stop: () => void;
}

/** Parts that nobody takes are kept for this many seconds. */
const maxWaiting = 60;

/**
 * Asks for the microphone of a page and starts it: mono samples at the wanted rate, resampled as `resample` does, with
 * an energy gate. Nothing is asked before this call. `stop`, an abort, the end of the loop and every error turn the
 * microphone off. Errors have the code `microphone`: no permission, no device, a page without https, or parts that were
 * not taken for a minute.
 */
export async function microphone(options: MicrophoneOptions = {}): Promise<Microphone> {
  expectOptions('microphone', options, { sampleRate: 0, signal: 0, constraints: 0, gate: 0, worklet: 0 });
  const { sampleRate = 16_000, signal, gate: gateOptions = {} } = options;
  expectInteger('microphone', 'sampleRate', sampleRate, { min: 1000, max: 768_000 });
  const gate = energyGate({ ...gateOptions, sampleRate });
  signal?.throwIfAborted();
  const media = await openDevice(options.constraints ?? {});
  const queue = partQueue(sampleRate);
  const context = new AudioContext();
  const stop = () => {
    for (const track of media.getTracks()) track.stop();
    if (context.state !== 'closed') context.close().catch(() => {});
    signal?.removeEventListener('abort', abort);
    queue.end();
  };
  const abort = () => {
    queue.fail(signal!.reason);
    stop();
  };
  try {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', abort);
    await addWorklet(context, options.worklet);
    context.resume().catch(() => {}); // it begins when the page was clicked, or may use the microphone
    signal?.throwIfAborted();
    const stream = resampler({ from: context.sampleRate, to: sampleRate });
    const node = new AudioWorkletNode(context, captureName, { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      const samples = stream.push(data);
      if (!queue.push(samples, gate(samples))) stop();
    };
    for (const track of media.getTracks())
      track.onended = () => {
        queue.fail(new ResidualError('microphone', 'microphone: the device was turned off or unplugged'));
        stop();
      };
    context.createMediaStreamSource(media).connect(node);
  } catch (error) {
    stop();
    throw error;
  }
  return { sampleRate, stop, [Symbol.asyncIterator]: () => queue.iterate(stop) };
}

async function openDevice(constraints: MediaTrackConstraints): Promise<MediaStream> {
  const { mediaDevices } = globalThis.navigator ?? {};
  if (!mediaDevices)
    throw new ResidualError('microphone', 'microphone: there is none here; it needs a page from https or localhost');
  const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...constraints };
  try {
    return await mediaDevices.getUserMedia({ audio: wanted });
  } catch (error) {
    const { name, message } = error as DOMException;
    const reasons: Readonly<Record<string, string>> = {
      NotAllowedError: 'the page may not use it',
      NotFoundError: 'there is no device',
      NotReadableError: 'the device is in use',
    };
    const text = `microphone: ${reasons[name] ?? 'the device did not open'} (${name}: ${message})`;
    throw new ResidualError('microphone', text, { cause: error });
  }
}

async function addWorklet(context: AudioContext, address: string | URL | undefined): Promise<void> {
  if (address !== undefined) return context.audioWorklet.addModule(address);
  const own = URL.createObjectURL(new Blob([captureWorklet], { type: 'text/javascript' }));
  try {
    await context.audioWorklet.addModule(own);
  } catch (error) {
    const text = 'microphone: the page may not load the worklet; serve the text captureWorklet and name it as worklet';
    throw new ResidualError('microphone', text, { cause: error });
  } finally {
    URL.revokeObjectURL(own);
  }
}

/** The samples between the worklet and the loop. */
interface PartQueue {
  /** Whether there was a place. */
  readonly push: (samples: Float32Array, state: GateState) => boolean;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
  readonly iterate: (stop: () => void) => AsyncGenerator<MicrophonePart>;
}

function partQueue(sampleRate: number): PartQueue {
  let waiting: Float32Array[] = [];
  let state: GateState | undefined;
  let [taken, length] = [0, 0];
  let isEnded = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  const take = (current: GateState): MicrophonePart => {
    const samples = new Float32Array(length);
    let at = 0;
    for (const part of waiting) {
      samples.set(part, at);
      at += part.length;
    }
    const time = taken / sampleRate;
    taken += length;
    [waiting, length] = [[], 0];
    return { ...current, samples, time };
  };
  const fail = (error: unknown) => {
    failure ??= { error };
    wake();
  };
  return {
    push: (samples, current) => {
      if (length + samples.length > maxWaiting * sampleRate) {
        fail(new ResidualError('microphone', `microphone: its samples were not taken for ${maxWaiting} s`));
        return false;
      }
      waiting.push(samples);
      length += samples.length;
      state = current;
      wake();
      return true;
    },
    end: () => {
      isEnded = true;
      wake();
    },
    fail,
    iterate: async function* (stop) {
      try {
        for (;;) {
          if (failure) throw failure.error;
          if (state && length > 0) yield take(state);
          else if (isEnded) return;
          else
            await new Promise<void>(resolve => {
              wake = resolve;
            });
        }
      } finally {
        stop();
      }
    },
  };
}
