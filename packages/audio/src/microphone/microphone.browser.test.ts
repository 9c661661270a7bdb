import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { captureWorklet, type Microphone, type MicrophoneOptions, microphone } from '../index.js';

/** A device of a sine of 440 Hz, in place of that of the page. */
let sound: AudioContext;
let device: MediaStream;
let asked: MediaStreamConstraints[] = [];

beforeEach(async () => {
  asked = [];
  await userEvent.click(document.body); // pages are silent before
  sound = new AudioContext();
  const source = new OscillatorNode(sound, { frequency: 440 });
  const destination = sound.createMediaStreamDestination();
  source.connect(destination);
  source.start();
  device = destination.stream;
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation(async constraints => {
    asked.push(constraints!);
    return device;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await sound.close();
});

const states = () => device.getTracks().map(({ readyState }) => readyState);

/** The first samples of a microphone, at least `length`. */
const heard = async (running: Microphone, length: number) => {
  const samples: number[] = [];
  for await (const { samples: part, time } of running) {
    expect(time).toBeCloseTo(samples.length / running.sampleRate, 6);
    samples.push(...part);
    if (samples.length >= length) break;
  }
  return samples;
};

test('samples come at the wanted rate, and the end of the loop turns the device off', async () => {
  const running = await microphone({ sampleRate: 8000, constraints: { noiseSuppression: false } });
  expect(asked).toEqual([{ audio: { echoCancellation: true, noiseSuppression: false, autoGainControl: true } }]);
  expect(states()).toEqual(['live']);
  const samples = (await heard(running, 4000)).slice(2000, 4000);
  const crossings = [...samples.keys()].filter(i => i > 0 && samples[i - 1]! < 0 && samples[i]! >= 0);
  const periods = crossings.slice(1).map((at, i) => at - crossings[i]!);
  const often = (period: number) => periods.filter(each => each === period).length;
  const period = periods.toSorted((a, b) => often(b) - often(a))[0]; // a busy machine drops samples
  expect(period).toBe(18); // of 440 Hz at 8 kHz
  expect(states()).toEqual(['ended']);
});

test('stop ends the loop, an abort throws its reason; both turn the device off', async () => {
  const stopped = await microphone();
  setTimeout(() => stopped.stop(), 50);
  await heard(stopped, Infinity);
  expect(states()).toEqual(['ended']);
});

test('an abort throws its reason and turns the device off, also before the loop', async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  const running = await microphone({ signal: controller.signal });
  controller.abort(reason);
  expect(states()).toEqual(['ended']);
  await expect(heard(running, Infinity)).rejects.toBe(reason);
  await expect(microphone({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(asked).toHaveLength(1);
});

test('the worklet may come from a file of the page', async () => {
  const address = URL.createObjectURL(new Blob([captureWorklet], { type: 'text/javascript' }));
  expect((await heard(await microphone({ worklet: address }), 100)).length).toBeGreaterThanOrEqual(100);
  await expect(microphone({ worklet: '/not-there.js' })).rejects.toThrow();
  expect(states()).toEqual(['ended']);
});

test('a refusal says why', async () => {
  const failure = async (options?: MicrophoneOptions) => {
    const error = await microphone(options).catch(error => error);
    return [error.code, error.message];
  };
  const refuse = (name: string) =>
    vi.mocked(navigator.mediaDevices.getUserMedia).mockRejectedValueOnce(new DOMException('no', name));
  refuse('NotAllowedError');
  expect(await failure()).toEqual(['microphone', 'microphone: the page may not use it (NotAllowedError: no)']);
  refuse('NotFoundError');
  expect(await failure()).toEqual(['microphone', 'microphone: there is no device (NotFoundError: no)']);
  refuse('AbortError');
  expect(await failure()).toEqual(['microphone', 'microphone: the device did not open (AbortError: no)']);
  expect(await failure({ sampleRate: 0 })).toEqual([
    'option',
    'microphone: sampleRate is 0; it must be a whole number from 1000 to 768000',
  ]);
});
