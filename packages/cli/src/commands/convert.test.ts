import '@residual/testkit/wasm';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inFolder, tensorsIn } from '../testing/folders.js';
import { fixture, runCommand } from '../testing/run-command.js';

const stories = fixture('models/stories260k');
const greedy = ['--prompt', 'Once upon a time', '--max-new-tokens', '8', '--temperature', '0', '--json'];

/** The logarithm of the probability of a greedy text. */
async function logprobOf(...args: string[]): Promise<number> {
  const { code, out, errors } = await runCommand('generate', ...args, ...greedy);
  expect([code, errors]).toEqual([0, '']);
  return JSON.parse(out).logprob;
}

test('quantize writes a checkpoint that is held packed, and convert what it means', () =>
  inFolder(async root => {
    const [packed, plain] = [join(root, 'packed'), join(root, 'plain')];
    const quantized = await runCommand('quantize', stories, '--to', 'int4', '--head', 'int8', '--out', packed);
    expect(quantized.errors).toBe('');
    expect(quantized.out).toMatch(/^\S+packed: 35 int4, 11 f32, 1 int8 tensors, 0\.\d MB\n$/);
    expect((await readdir(packed)).sort()).toEqual((await readdir(stories)).filter(isOfCheckpoint).sort());
    const [asStored, asFloat32] = [
      await logprobOf('--model', packed),
      await logprobOf('--model', packed, '--weights', 'f32'),
    ];
    expect(Math.abs(asStored - asFloat32)).toBeLessThan(1e-3);
    expect(Math.abs(asStored - (await logprobOf('--model', stories)))).toBeGreaterThan(1e-2);

    const described = await runCommand('describe', packed);
    expect(described.out).toMatch(/ {2}matrix int8 +\[512, 64\]/);
    expect(described.out).toMatch(/\nbytes +1\d\d,\d{3}\n {2}int8 +34,816\n {2}f32 +\S+\n {2}int4 +\S+\n/);
    const { bytes, bytes_by_form } = JSON.parse(
      (await runCommand('describe', packed, '--weights', 'f16', '--json')).out,
    );
    expect([Object.keys(bytes_by_form), bytes]).toEqual([['f16', 'f32'], bytes_by_form.f16 + bytes_by_form.f32]);

    const converted = await runCommand('convert', packed, '--to', 'float32', '--out', plain);
    expect(converted).toMatchObject({ code: 0, out: `${plain}: 47 f32 tensors, 1.0 MB\n`, errors: '' });
    expect(Math.abs(asStored - (await logprobOf('--model', plain)))).toBeLessThan(1e-3);
    const [before, after] = [
      await tensorsIn(join(stories, 'model.safetensors')),
      await tensorsIn(join(plain, 'model.safetensors')),
    ];
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect(JSON.parse(await readFile(join(plain, 'config.json'), 'utf8'))).not.toHaveProperty('quantization_config');
  }));

test('quantize keeps matrices in other forms, by their paths', () =>
  inFolder(async root => {
    const quantize = (out: string, ...keep: string[]) =>
      runCommand('quantize', stories, '--to', 'int8', ...keep.flatMap(rule => ['--keep', rule]), '--out', out);
    const mixed = join(root, 'mixed');
    const rules = ['**.layers.0.attention.query.weight=f32', '**.query.**=f16', 'embedding.**=bf16'];
    expect(await quantize(mixed, ...rules)).toMatchObject({ code: 0, errors: '' });
    const dtypes = [...(await tensorsIn(join(mixed, 'model.safetensors')))].flatMap(([name, { dtype }]) =>
      /q_proj|embed_tokens|k_proj/.test(name) ? [[name.replace(/^model\.|\.weight|self_attn\./g, ''), dtype]] : [],
    );
    const queries = [0, 1, 2, 3, 4].map(i => [`layers.${i}.q_proj`, i === 0 ? 'F32' : 'F16']);
    const keys = [0, 1, 2, 3, 4].flatMap(i => [
      [`layers.${i}.k_proj.quants`, 'U8'],
      [`layers.${i}.k_proj.scales`, 'F16'],
    ]);
    expect(Object.fromEntries(dtypes)).toEqual(Object.fromEntries([['embed_tokens', 'BF16'], ...queries, ...keys]));
    expect(await quantize(join(root, 'new'), '**.quary.**=f16')).toMatchObject({
      code: 1,
      errors: 'residual: quantize: --keep **.quary.**=f16 matches no matrix; residual describe shows the paths\n',
    });
    expect((await quantize(join(root, 'new'), '**.query.**=f15')).errors).toMatch(
      /It must be PATTERN=FORM, such as encoder\.\*\*=f16; forms: f32, f16, bf16, int8, int4\./,
    );
    expect(await readdir(root)).toEqual(['mixed']);
  }));

const isOfCheckpoint = (name: string) =>
  /^(config|generation_config|tokenizer.*)\.json$|^model\.safetensors$/.test(name);

test.each(['quantize', 'convert'])(
  '%s refuses a target that holds something, and leaves nothing behind after an error',
  command =>
    inFolder(async root => {
      const to = command === 'quantize' ? 'int8' : 'float32';
      const errorsOf = async (source: string, out: string) => {
        const { code, errors } = await runCommand(command, source, '--to', to, '--out', out);
        expect(code).toBe(1);
        return errors;
      };
      const full = join(root, 'full');
      await mkdir(full);
      await writeFile(join(full, 'notes.txt'), 'mine');
      expect(await errorsOf(stories, full)).toBe(
        `residual: ${command}: ${full} holds notes.txt already; choose a folder that is new or empty\n`,
      );
      expect(await readdir(full)).toEqual(['notes.txt']);
      const broken = join(root, 'broken');
      await mkdir(broken);
      for (const name of ['config.json', 'model.safetensors'])
        await writeFile(join(broken, name), (await readFile(join(stories, name))).subarray(0, 100_000));
      expect(await errorsOf(broken, join(root, 'new'))).toMatch(
        /^residual: .*openSafetensors: the file has 100000 bytes; /,
      );
      expect(await readdir(root)).toEqual(['broken', 'full']);
    }),
);
