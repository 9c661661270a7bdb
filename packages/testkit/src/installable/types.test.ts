import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { typeErrors } from './types.js';

const files = {
  'package.json': '{ "type": "module" }',
  'node_modules/parts/package.json':
    '{ "name": "parts", "version": "1.0.0", "type": "module", "exports": { ".": { "types": "./index.d.ts" } } }',
  'node_modules/parts/index.d.ts': "export { part } from './part';\nexport declare const broken: Missing;\n",
  'node_modules/parts/part.d.ts': 'export declare const part: number;\n',
  'entry.ts': "import { broken, part } from 'parts';\nexport const text: string = part;\nexport { broken };\n",
};

test('each resolution resolves for itself what both have parsed, and declarations are checked where asked', () => {
  const folder = mkdtempSync(join(tmpdir(), 'residual-types-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const errors = (...args: [resolution: 'node16' | 'bundler', declarationsOf?: string]) =>
      typeErrors([join(folder, 'entry.ts')], ...args).map(error => error.replace(`${folder}/`, ''));
    const text = "entry.ts:2 Type 'number' is not assignable to type 'string'.";
    const missing = "node_modules/parts/index.d.ts:2 Cannot find name 'Missing'.";
    const extension = /^node_modules\/parts\/index\.d\.ts:1 Relative import paths need explicit file extensions/;
    for (let round = 0; round < 2; round++) {
      expect(errors('bundler')).toEqual([text]);
      expect(errors('bundler', 'parts').sort()).toEqual([text, missing].sort());
      expect(errors('node16', 'parts')).toEqual(expect.arrayContaining([expect.stringMatching(extension), missing]));
      expect(errors('node16')).not.toContain(text); // `part` is not found
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
