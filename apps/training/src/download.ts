import { saveFile } from '@residual/appkit';

/** Downloads files by name as one zip. */
export async function download(name: string, files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<void> {
  const { zipFiles } = await import('@residual/appkit/zip');
  saveFile(name, zipFiles(files));
}
