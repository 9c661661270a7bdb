/** The signature of a kind of file: bytes at an offset, and the name of the kind. */
type Signature = readonly [at: number, bytes: string | readonly number[], kind: string];

const signatures: readonly Signature[] = [
  [0, [0x89, 0x50, 0x4e, 0x47], 'a PNG picture'],
  [0, [0xff, 0xd8, 0xff], 'a JPEG picture'],
  [0, 'GIF8', 'a GIF picture'],
  [8, 'WEBP', 'a WebP picture'],
  [0, [0x49, 0x49, 0x2a, 0x00], 'a TIFF picture'],
  [0, [0x4d, 0x4d, 0x00, 0x2a], 'a TIFF picture'],
  [0, [0x00, 0x00, 0x01, 0x00], 'an icon'],
  [4, 'ftypavif', 'an AVIF picture'],
  [4, 'ftyphei', 'a HEIC picture'],
  [4, 'ftypmif1', 'a HEIC picture'],
  [4, 'ftypM4A', 'a sound recording'],
  [4, 'ftyp', 'a video'],
  [0, [0x1a, 0x45, 0xdf, 0xa3], 'a video'],
  [8, 'AVI ', 'a video'],
  [8, 'WAVE', 'a sound recording'],
  [0, 'ID3', 'a sound recording'],
  [0, [0xff, 0xfb], 'a sound recording'],
  [0, 'OggS', 'a sound recording'],
  [0, 'fLaC', 'a sound recording'],
  [0, '%PDF-', 'a PDF document'],
  [0, '{\\rtf', 'a text document'],
  [0, [0xd0, 0xcf, 0x11, 0xe0], 'an Office document'],
  [0, [0x1f, 0x8b], 'a gzip archive; unpack it first'],
  [0, 'BZh', 'a bzip2 archive; unpack it first'],
  [0, [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'an xz archive; unpack it first'],
  [0, [0x28, 0xb5, 0x2f, 0xfd], 'a zstd archive; unpack it first'],
  [0, [0x37, 0x7a, 0xbc, 0xaf], 'a 7z archive; unpack it first'],
  [0, 'Rar!', 'a RAR archive; unpack it first'],
  [257, 'ustar', 'a tar archive; unpack it first'],
  [0, 'GGUF', 'a GGUF model; this page cannot read its tokenizer'],
  [5, [0, 0, 0, 0x7b, 0x22], 'the weights of a model (safetensors), not its tokenizer'],
  [0, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], 'a NumPy array'],
  [0, [0x89, 0x48, 0x44, 0x46], 'an HDF5 file, such as the weights of a model'],
  [0, [0x80, 0x02], 'a Python pickle, such as the weights of a model'],
  [0, [0x80, 0x04], 'a Python pickle, such as the weights of a model'],
  [0, [0x00, 0x61, 0x73, 0x6d], 'a WebAssembly module'],
  [0, [0x7f, 0x45, 0x4c, 0x46], 'a program'],
  [0, 'MZ', 'a program'],
  [0, [0xcf, 0xfa, 0xed, 0xfe], 'a program'],
  [0, 'SQLite format 3', 'an SQLite database'],
  [0, 'PAR1', 'a Parquet table'],
  [0, 'wOF', 'a font'],
  [0, 'OTTO', 'a font'],
  [0, [0x00, 0x01, 0x00, 0x00, 0x00], 'a font'],
  [0, [0xff, 0xfe], 'text in UTF-16; save it as UTF-8 first'],
  [0, [0xfe, 0xff], 'text in UTF-16; save it as UTF-8 first'],
];

/**
 * The kind of a binary file by its first bytes, such as `a PNG picture`; undefined for texts and for files that may be
 * a tokenizer.
 */
export function kindOfBytes(head: Uint8Array): string | undefined {
  const codes = (bytes: string | readonly number[]) =>
    typeof bytes === 'string' ? [...bytes].map(letter => letter.charCodeAt(0)) : bytes;
  const signature = signatures.find(([at, bytes]) => codes(bytes).every((code, i) => head[at + i] === code));
  if (signature) return signature[2];
  if (head[0] === 0x42 && head[1] === 0x4d && head[5] === 0) return 'a bitmap picture';
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3) return zipKind(new TextDecoder('latin1').decode(head));
  return undefined;
}

/** The kind of a zip by the names of its first files. */
function zipKind(head: string): string {
  if (/data\.pkl|\/version/.test(head)) return 'the weights of a model (PyTorch), not its tokenizer';
  if (/\[Content_Types\]|word\/|xl\/|ppt\//.test(head)) return 'an Office document';
  if (/mimetypeapplication\/(epub|vnd\.oasis)/.test(head)) return 'a document';
  return 'a zip; rename it to .zip, so that this page unpacks it';
}

/** Whether bytes are the beginning of a UTF-8 text. */
export function isText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** The kind of a text that is neither a tokenizer.json nor a tiktoken rank file, such as `a page of HTML`. */
export function kindOfText(text: string): string {
  if (text.trim() === '') return 'empty';
  if (/^\[PAD\]\r?\n|^<(pad|s|unk)>\r?\n/.test(text)) return 'a vocabulary without the rules of its tokenizer';
  if (/^\s*[[{]/.test(text)) return kindOfJson(text);
  if (/^#version: ?[\d.]+\r?\n/.test(text)) return 'the merges of a tokenizer without its vocabulary';
  if (/^\s*<(!doctype html|html)/i.test(text)) return 'a page of HTML';
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<svg/is.test(text)) return 'an SVG picture';
  if (/^\s*<\?xml/.test(text)) return 'an XML document';
  if (/^version https:\/\/git-lfs/.test(text)) return 'a Git LFS pointer: the file itself was not downloaded';
  return 'a text';
}

function kindOfJson(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    return /^\s*\{\s*"[^"]*"\s*:[\s\S]*\n\s*\{\s*"/.test(text) ? 'a list of JSON lines' : `invalid JSON (${message})`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'JSON, but not a tokenizer';
  const has = (...names: string[]) => names.some(name => Object.hasOwn(value as object, name));
  if (has('tokenizer_class', 'chat_template', 'added_tokens_decoder'))
    return 'the settings of a tokenizer; its tokenizer.json must come with them';
  if (has('model_type', 'architectures')) return 'the description of a model, not its tokenizer';
  if (has('weight_map')) return 'the index of the weights of a model, not its tokenizer';
  const numbers = Object.values(value);
  if (numbers.length > 0 && numbers.every(Number.isInteger)) return 'a vocabulary without the rules of its tokenizer';
  return 'JSON, but not a tokenizer';
}
