import { expect, test } from 'vitest';
import { tokenizerFromFiles } from './files.js';

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const jpeg = '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEB';
const fit = 'a tokenizer.json, a SentencePiece .model or a tiktoken rank file would fit.';
const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));
const tokenizer = JSON.stringify({ model: { type: 'BPE', vocab: { a: 0 }, merges: [] } });

test.each<[string, string | Uint8Array<ArrayBuffer>, string]>([
  ['wrong.png', bytesOf(png), 'a PNG picture'],
  ['tokenizer.json', bytesOf(png), 'a PNG picture'],
  ['spiece.model', bytesOf(png), 'a PNG picture'],
  ['photo', bytesOf(jpeg), 'a JPEG picture'],
  ['paper.pdf', '%PDF-1.7\n%âãÏÓ', 'a PDF document'],
  ['song.mp3', 'ID3\u0004\u0000', 'a sound recording'],
  ['clip.mp4', '\u0000\u0000\u0000\u0018ftypmp42', 'a video'],
  [
    'model.safetensors',
    '\u0010\u0000\u0000\u0000\u0000\u0000\u0000\u0000{"a":{}}',
    'the weights of a model (safetensors), not its tokenizer',
  ],
  ['model.gguf', 'GGUF\u0003', 'a GGUF model; this page cannot read its tokenizer'],
  [
    'pytorch_model.bin',
    'PK\u0003\u0004\u0000\u0000archive/data.pkl',
    'the weights of a model (PyTorch), not its tokenizer',
  ],
  ['letter.docx', 'PK\u0003\u0004\u0000\u0000[Content_Types].xml', 'an Office document'],
  ['noise.bin', Uint8Array.of(7, 200, 0, 255, 13), 'neither a text nor a file format that this page knows'],
  ['noise.model', Uint8Array.of(7, 200, 0, 255, 13), 'not a readable SentencePiece model'],
  ['broken.model', 'no protobuf', 'a text'],
  ['nothing.json', '', 'empty'],
  ['spaces.txt', '  \n', 'empty'],
  ['page.html', '<!DOCTYPE html><title>x</title>', 'a page of HTML'],
  ['drawing.svg', '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', 'an SVG picture'],
  ['notes.txt', 'Dear diary', 'a text'],
  ['merges.txt', '#version: 0.2\nĠ t\n', 'the merges of a tokenizer without its vocabulary'],
  ['vocab.txt', '[PAD]\n[UNK]\n', 'a vocabulary without the rules of its tokenizer'],
  ['vocab.json', '{"a":0,"b":1}', 'a vocabulary without the rules of its tokenizer'],
  ['config.json', '{"model_type":"gpt2"}', 'the description of a model, not its tokenizer'],
  [
    'tokenizer_config.json',
    '{"tokenizer_class":"X"}',
    'the settings of a tokenizer; its tokenizer.json must come with them',
  ],
  ['list.json', '[1,2]', 'JSON, but not a tokenizer'],
  ['data.jsonl', '{"a":1}\n{"a":2}\n', 'a list of JSON lines'],
  [
    'tokenizer.json',
    'version https://git-lfs.github.com/spec/v1\noid x',
    'a Git LFS pointer: the file itself was not downloaded',
  ],
])('the error for %s names its kind: %#', async (name, content, kind) => {
  const bytes =
    typeof content === 'string'
      ? Uint8Array.from(Buffer.from(content, name.endsWith('txt') ? 'utf8' : 'latin1'))
      : content;
  await expect(tokenizerFromFiles([new File([bytes], name)])).rejects.toThrow(`${name} is ${kind}; ${fit}`);
});

test('the error for invalid JSON has the message of the parser', async () => {
  await expect(tokenizerFromFiles([new File(['{ "model": '], 'tokenizer.json')])).rejects.toThrow(
    /^tokenizer\.json is invalid JSON \(.*\); a tokenizer\.json/,
  );
});

test('the error for an unreadable file suggests that it is a folder', async () => {
  const folder = Object.assign(new File(['x'], 'gpt2'), {
    slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('no', 'NotFoundError')) }),
  });
  await expect(tokenizerFromFiles([folder as never])).rejects.toThrow(
    `gpt2 cannot be read. If it is a folder, choose the files in it; ${fit}`,
  );
  await expect(tokenizerFromFiles([])).rejects.toThrow(`There is no file; ${fit}`);
});

test('the tokenizer is found among the files of a model', async () => {
  const files = ['config.json', 'model.safetensors', 'tokenizer_config.json', 'tokenizer.json', 'vocab.json'].map(
    name => new File([name === 'tokenizer.json' ? tokenizer : '{}'], name),
  );
  const { name, tokenizer: found } = await tokenizerFromFiles(files);
  expect([name, found.encode('a').ids]).toEqual(['tokenizer.json', [0]]);
});
