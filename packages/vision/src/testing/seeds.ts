import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from './pictures.js';

const files = JSON.parse(
  readFileSync(join(process.env.RESIDUAL_ROOT ?? '.', 'fixtures/images/files.json'), 'utf8'),
) as readonly { readonly name: string; readonly file: string }[];

const named = (...names: string[]) => names.map(name => bytesOf(files.find(file => file.name === name)!.file));

/** Small valid files of the fixtures, by format. */
export const seedFiles = {
  png: named(
    'PNG type 2, 8 bits',
    'PNG type 3, 4 bits, interlaced',
    'PNG type 6, 16 bits',
    'PNG type 0, 1 bits',
    'PNG of orientation 6',
  ),
  jpeg: named('JPEG 4:2:0', 'JPEG 4:4:4, progressive', 'JPEG of orientation 6', 'JPEG in gray', 'JPEG with restarts'),
};
