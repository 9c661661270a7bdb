export function apps(): {
  name: string;
  folder: string;
  pages: string;
  title: string;
  description: string;
  path: string;
  order: number;
}[];
export function dataFolders(): Map<string, string>;
