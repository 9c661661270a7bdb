// Writes a recording at another rate, in mono: node resample.js IN.wav OUT.wav 16000
// Without files it does so with a tone of its own, and says what it did.
import { readFile, writeFile } from 'node:fs/promises';
import { mono, readWav, resample, writeWav } from '@residual/audio';

const [input, output, rate] = process.argv.slice(2);
const tone = Float32Array.from({ length: 44_100 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 44_100) / 2);
const isThere = input !== undefined && output !== undefined && input !== 'IN.wav';
const bytes = isThere ? await readFile(input) : writeWav({ sampleRate: 44_100, channels: [tone, tone] });

const audio = readWav(bytes);
const to = Number(rate ?? 16_000);
const samples = resample(mono(audio), { from: audio.sampleRate, to });
const seconds = (samples.length / to).toFixed(2);
console.log(`${audio.channels.length} channels at ${audio.sampleRate} Hz: ${seconds} s, ${samples.length} samples`);
if (isThere) await writeFile(output, writeWav({ sampleRate: to, channels: [samples] }));
