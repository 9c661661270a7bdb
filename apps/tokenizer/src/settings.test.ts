import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { address, preset } from './settings.js';
import { shipped } from './shipped.js';

const { settingsFrom, hashOf } = address;

test('settings are written to the address and read back', () => {
  const settings = { ...preset, tokenizer: 'gpt2', special: true, text: 'a & b = é\n👩‍👩‍👧', word: ' forest' };
  expect(settingsFrom(`#${hashOf(settings)}`)).toEqual(settings);
  expect(hashOf(preset)).toBe('');
  expect(settingsFrom('#special=maybe&other=1&tokenizer=toString&sort=up')).toEqual(preset);
});

test('the tokenizer of every shipped model that writes text is offered, and that of GPT-2', () => {
  const packages = join(import.meta.dirname, '..', '..', '..', 'packages');
  const models = readdirSync(packages)
    .filter(name => name.startsWith('model-') && existsSync(join(packages, name, 'model', 'generation_config.json')))
    .map(name => name.slice('model-'.length))
    .filter(name => !['drawings', 'emoji-images'].includes(name));
  expect(Object.keys(shipped).sort()).toEqual([...models, 'gpt2'].sort());
});
