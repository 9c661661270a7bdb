import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWav } from '@residual/audio';
import { sampleRate } from './features.js';

/** The folder, inside the output folder, with samples as WAV files. */
const samplesFolder = 'samples';

/** How many held-out sentences are spoken while a voice is trained. */
const sampleCount = 3;

/** Writes what the first of the held-out items sound like after a step. */
export async function writeSamples<Item>(
  { out, step }: { readonly out: string; readonly step: number },
  items: readonly Item[],
  samplesOf: (item: Item) => Promise<Float32Array>,
): Promise<void> {
  await mkdir(join(out, samplesFolder), { recursive: true });
  for (const [i, item] of items.slice(0, sampleCount).entries()) {
    const path = join(out, samplesFolder, `step-${step}-${i + 1}.wav`);
    await writeFile(path, writeWav({ sampleRate, channels: [await samplesOf(item)] }));
  }
}
