import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const rate = 16_000;

/** Writes a teacher that hums "AA" low and "IY" high, a quarter of a second each, between pauses, into a new folder. */
export async function writeTeacher(teacher: string): Promise<void> {
  await mkdir(teacher);
  const [samples, pitch, lines]: [number[], number[], string[]] = [[], [], []];
  for (let n = 0; n < 12; n++) {
    const sounds = Array.from({ length: 2 + (n % 3) }, (_, i) => ((n >> i) & 1 ? 'iy' : 'aa'));
    const phones: [string, number, number, string][] = [['pau', 0.1, 0, '']];
    const parts = ['pau', 'm', ...sounds, 'pau'];
    const first = [samples.length, pitch.length];
    for (const [i, sound] of parts.entries()) {
      const [seconds, hertz] = sound === 'pau' ? [0.1, 0] : [0.25, sound === 'aa' ? 120 : 240];
      for (let t = 0; t < seconds * rate; t++)
        samples.push(hertz === 0 ? 0 : Math.round(9000 * Math.sin((2 * Math.PI * hertz * 3 * t) / rate)));
      for (let t = 0; t < Math.round(seconds / 0.005); t++) pitch.push(hertz);
      if (i > 0) phones.push([sound, phones.at(-1)![1] + seconds, 1, sound === 'pau' ? '.' : '']);
    }
    const counts = { samples: samples.length - first[0]!, pitches: pitch.length - first[1]! };
    lines.push(JSON.stringify({ text: `${n}`, rate, ...counts, phones }));
  }
  await writeFile(join(teacher, 'utterances.jsonl'), `${lines.join('\n')}\n`);
  await writeFile(join(teacher, 'samples.s16'), new Uint8Array(Int16Array.from(samples).buffer));
  await writeFile(join(teacher, 'pitch.f32'), new Uint8Array(Float32Array.from(pitch).buffer));
}
