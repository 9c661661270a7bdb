import '@residual/testkit/cpu';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inFolder, tensorsIn } from '../testing/folders.js';
import { fixture, runCommand } from '../testing/run-command.js';

const stories = fixture('models/stories260k');

test('convert writes a GGUF file, which commands take as a model, and what it means', () =>
  inFolder(async root => {
    const [file, plain] = [join(root, 'stories.gguf'), join(root, 'plain')];
    const written = await runCommand('convert', stories, '--to', 'gguf', '--weights', 'f32', '--out', file);
    expect(written).toMatchObject({ code: 0, out: `${file}: 47 F32 tensors, 1.1 MB\n`, errors: '' });
    const greedy = ['--prompt', 'Once upon a time', '--max-new-tokens', '1', '--backend', 'cpu'];
    expect(await runCommand('generate', '--model', file, ...greedy)).toMatchObject({
      out: expect.stringMatching(/^Once upon a time,/),
      errors: '',
    });

    const converted = await runCommand('convert', file, '--to', 'float32', '--out', plain);
    expect(converted).toMatchObject({ code: 0, errors: '' });
    expect((await readdir(plain)).sort()).toEqual([
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    const [before, after] = [
      await tensorsIn(join(stories, 'model.safetensors')),
      await tensorsIn(join(plain, 'model.safetensors')),
    ];
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    const query = 'model.layers.3.self_attn.q_proj.weight'; // in another order in the file
    expect(after.get(query)).toEqual(before.get(query));
  }));

test('a type of the weights needs gguf, and an error leaves nothing behind', () =>
  inFolder(async root => {
    const out = join(root, 'x');
    const { code, errors } = await runCommand('convert', stories, '--to', 'float32', '--weights', 'f16', '--out', out);
    expect([code, errors]).toEqual([
      1,
      "error: option '--weights <type>' needs '--to gguf'; with float32 all weights are float32\n",
    ]);
    const marian = await runCommand('convert', fixture('checkpoints/marian'), '--to', 'gguf', '--out', out);
    expect(marian.errors).toBe('residual: modelToGguf: GGUF files have no architecture for marian\n');
    expect(await readdir(root)).toEqual([]);
  }));
