/** Downloads files by name as one zip. */
export async function download(name: string, files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<void> {
  const { zipFiles } = await import('@residual/appkit/zip');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(zipFiles(files));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
